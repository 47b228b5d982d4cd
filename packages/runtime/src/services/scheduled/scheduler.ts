import { randomUUID } from "node:crypto";
import { scheduledEvent } from "../../lambda-events/scheduled.ts";
import type { Schedule } from "@arclet/manifest";
import type { ClockTimer } from "../../clock.ts";
import { parseScheduleExpression } from "./schedule-expression.ts";
import { AsyncInvocations, type AsyncCall } from "../async-invocations.ts";
import { createMemoryJournal } from "../journal.ts";
import { tellTraffic, type DeadLetter, type ServiceContext } from "../service-context.ts";

/** One time at which a schedule was due. */
interface Firing extends AsyncCall {
  readonly name: string;
  readonly functionId: string;
  readonly payload: string;
}

/** Fires scheduled functions on the clock. A wrong expression never fires and is told once. */
export class Scheduler {
  readonly #context: ServiceContext;
  readonly #timers = new Map<string, { readonly schedule: Schedule; timer: ClockTimer }>();
  readonly #firings: AsyncInvocations<Firing>;
  #app = "";

  constructor(context: ServiceContext) {
    this.#context = context;
    this.#firings = new AsyncInvocations<Firing>({
      context,
      service: "scheduled",
      // A schedule comes again: what failed is not carried over into the next start.
      journal: createMemoryJournal(),
      targetOf: ({ name, functionId, payload }) => ({
        functionId,
        payload,
        label: `schedule ${name}`,
      }),
    });
  }

  /** Begins to invoke functions. */
  start(): void {
    this.#firings.start();
  }

  /** Schedules that stay the same keep their phase. */
  update(app: string, schedules: readonly Schedule[]): void {
    this.#app = app;
    const wanted = new Map(schedules.map((schedule) => [schedule.name, schedule]));
    for (const [name, running] of this.#timers) {
      const next = wanted.get(name);
      if (next !== undefined && isSame(next, running.schedule)) wanted.delete(name);
      else {
        running.timer.cancel();
        this.#timers.delete(name);
      }
    }
    for (const schedule of wanted.values()) this.#plan(schedule, this.#context.clock.now());
  }

  deadLetters(): DeadLetter[] {
    return this.#firings.dead().map(({ id, name, functionId, payload, dead }) => ({
      id,
      service: "scheduled",
      source: name,
      functionId,
      payload,
      error: dead ?? "",
    }));
  }

  /** Waits for running functions. */
  async close(): Promise<void> {
    for (const { timer } of this.#timers.values()) timer.cancel();
    this.#timers.clear();
    await this.#firings.close();
  }

  #plan(schedule: Schedule, afterMs: number): void {
    const expression = parseScheduleExpression(schedule.expression, schedule.timezone);
    if (!expression.ok) {
      tellTraffic(
        this.#context,
        schedule.functionId,
        `schedule ${schedule.name} never runs: ${expression.reason}`,
      );
      return;
    }
    const at = expression.next(afterMs);
    if (at === null) {
      const text = `schedule ${schedule.name} never runs again: ${schedule.expression} matches no later time`;
      tellTraffic(this.#context, schedule.functionId, text);
      return;
    }
    const timer = this.#context.clock.after(Math.max(0, at - this.#context.clock.now()), () => {
      const payload = JSON.stringify(scheduledEvent(this.#app, schedule.name, at));
      const { name, functionId } = schedule;
      const call: Firing = { id: randomUUID(), failures: 0, dead: null, name, functionId, payload };
      this.#context.traffic.report(this.#firings.add(call), "scheduled");
      this.#plan(schedule, at);
    });
    this.#timers.set(schedule.name, { schedule, timer });
  }
}

function isSame(left: Schedule, right: Schedule): boolean {
  return (
    left.expression === right.expression &&
    left.timezone === right.timezone &&
    left.functionId === right.functionId
  );
}
