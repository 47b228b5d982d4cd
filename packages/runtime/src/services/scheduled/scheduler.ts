import { scheduledEvent } from "../../lambda-events/scheduled-event.ts";
import type { Schedule } from "@arclet/manifest";
import type { ClockTimer } from "../../clock.ts";
import { parseScheduleExpression } from "./schedule-expression.ts";
import { retryDelaysMs, tellTraffic, type ServiceContext } from "../service-context.ts";

/** Fires scheduled functions on the clock. A wrong expression never fires and is told once. */
export class Scheduler {
  readonly #context: ServiceContext;
  readonly #timers = new Map<string, { readonly schedule: Schedule; timer: ClockTimer }>();
  readonly #retries = new Set<ClockTimer>();
  #app = "";
  #isClosed = false;

  constructor(context: ServiceContext) {
    this.#context = context;
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

  close(): void {
    this.#isClosed = true;
    for (const timer of this.#retries) timer.cancel();
    for (const { timer } of this.#timers.values()) timer.cancel();
    this.#timers.clear();
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
    if (at === null) return;
    const timer = this.#context.clock.after(Math.max(0, at - this.#context.clock.now()), () => {
      const event = scheduledEvent(this.#app, schedule.name, at);
      this.#invoke(schedule, JSON.stringify(event), retryDelaysMs);
      this.#plan(schedule, at);
    });
    this.#timers.set(schedule.name, { schedule, timer });
  }

  #invoke(schedule: Schedule, event: string, delaysMs: readonly number[]): void {
    const run = async (): Promise<void> => {
      const result = await this.#context.invoker.invoke(schedule.functionId, event);
      if (result.ok) return;
      const [delayMs, ...later] = delaysMs;
      const next = delayMs === undefined ? "given up" : `next try in ${delayMs / 1000} s`;
      const error = `${result.errorType}: ${result.errorMessage}`;
      tellTraffic(
        this.#context,
        schedule.functionId,
        `schedule ${schedule.name} failed, ${next}: ${error}`,
      );
      if (delayMs === undefined || this.#isClosed) return;
      const timer = this.#context.clock.after(delayMs, () => {
        this.#retries.delete(timer);
        this.#invoke(schedule, event, later);
      });
      this.#retries.add(timer);
    };
    this.#context.traffic.report(run(), "scheduled");
  }
}

function isSame(left: Schedule, right: Schedule): boolean {
  return (
    left.expression === right.expression &&
    left.timezone === right.timezone &&
    left.functionId === right.functionId
  );
}
