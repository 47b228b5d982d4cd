import { randomUUID } from "node:crypto";
import { eventSources, type Manifest, type ScheduleSource } from "@arclet/manifest";
import { localScheduledEvent } from "../../lambda-events/scheduled.ts";
import type { ClockTimer } from "../../clock.ts";
import { parseScheduleExpression } from "./schedule-expression.ts";
import { AsyncInvocations, type AsyncCall } from "../async-invocations.ts";
import { createMemoryJournal } from "../journal.ts";
import { reportRemark, type DeadLetter, type ServiceContext } from "../service-context.ts";

/** One due time of a schedule. */
interface Firing extends AsyncCall {
  readonly schedule: ScheduleSource;
  readonly payload: string;
}

/** Fires scheduled functions on the clock. A wrong expression never fires and is reported once. */
export class Scheduler {
  readonly #context: ServiceContext;
  readonly #timers = new Map<string, { readonly schedule: ScheduleSource; timer: ClockTimer }>();
  readonly #firings: AsyncInvocations<Firing>;
  #manifest: Manifest;

  constructor(context: ServiceContext, manifest: Manifest) {
    this.#context = context;
    this.#manifest = manifest;
    this.#firings = new AsyncInvocations<Firing>({
      context,
      service: "scheduled",
      // Failed runs are not stored across restarts, because the schedule fires again.
      journal: createMemoryJournal(),
      targetOf: ({ schedule: { name, functionId, invocation }, payload }) => ({
        functionId,
        payload,
        label: `schedule ${name}`,
        invocation,
      }),
    });
    this.update(manifest);
  }

  /** Starts to invoke functions. */
  start(): void {
    this.#firings.start();
  }

  /** Unchanged schedules keep their phase. */
  update(manifest: Manifest): void {
    this.#manifest = manifest;
    const { schedules } = eventSources(manifest);
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
    return this.#firings.dead().map(({ id, schedule, payload, dead }) => ({
      id,
      service: "scheduled",
      source: schedule.name,
      functionId: schedule.functionId,
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

  #plan(schedule: ScheduleSource, afterMs: number): void {
    const expression = parseScheduleExpression(schedule.expression, schedule.timezone);
    if (!expression.ok) {
      reportRemark(
        this.#context,
        schedule.functionId,
        `schedule ${schedule.name} never runs: ${expression.reason}`,
      );
      return;
    }
    const at = expression.next(afterMs);
    if (at === null) {
      const text = `schedule ${schedule.name} never runs again: ${schedule.expression} matches no later time`;
      reportRemark(this.#context, schedule.functionId, text);
      return;
    }
    const timer = this.#context.clock.after(Math.max(0, at - this.#context.clock.now()), () => {
      const payload = localScheduledEvent(this.#manifest, schedule.name, at);
      const call = {
        id: randomUUID(),
        publishedAt: at,
        failures: 0,
        dead: null,
        schedule,
        payload,
      };
      this.#context.traffic.report(this.#firings.add(call), "scheduled");
      this.#plan(schedule, at);
    });
    this.#timers.set(schedule.name, { schedule, timer });
  }
}

function isSame(left: ScheduleSource, right: ScheduleSource): boolean {
  return (
    left.expression === right.expression &&
    left.timezone === right.timezone &&
    left.functionId === right.functionId &&
    left.invocation.retries === right.invocation.retries &&
    left.invocation.maxAgeSeconds === right.invocation.maxAgeSeconds
  );
}
