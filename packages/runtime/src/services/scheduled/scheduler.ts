import { eventSources, type Manifest, type ScheduleSource } from "@arclet/manifest";
import type { ClockTimer } from "../../clock.ts";
import { localScheduledEvent } from "../../lambda-events/scheduled-event.ts";
import { parseScheduleExpression } from "./schedule-expression.ts";
import { retryDelayMs } from "../retry-delay.ts";
import { tellTraffic, type ServiceContext } from "../service-context.ts";

/** Fires scheduled functions on the clock. A wrong expression never fires and is told once. */
export class Scheduler {
  readonly #context: ServiceContext;
  readonly #timers = new Map<string, { readonly schedule: ScheduleSource; timer: ClockTimer }>();
  readonly #retries = new Set<ClockTimer>();
  #manifest: Manifest;
  #isClosed = false;

  constructor(context: ServiceContext, manifest: Manifest) {
    this.#context = context;
    this.#manifest = manifest;
    this.update(manifest);
  }

  /** Schedules that stay the same keep their phase. */
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

  close(): void {
    this.#isClosed = true;
    for (const timer of this.#retries) timer.cancel();
    for (const { timer } of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }

  #plan(schedule: ScheduleSource, afterMs: number): void {
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
      this.#invoke(schedule, localScheduledEvent(this.#manifest, schedule.name, at), at, 0);
      this.#plan(schedule, at);
    });
    this.#timers.set(schedule.name, { schedule, timer });
  }

  #invoke(schedule: ScheduleSource, event: string, firedAt: number, failures: number): void {
    const now = (): number => this.#context.clock.now();
    const run = async (): Promise<void> => {
      const result = await this.#context.invoker.invoke(schedule.functionId, event);
      if (result.ok) return;
      const delayMs = retryDelayMs(schedule.invocation, failures, now() - firedAt);
      const next = delayMs === null ? "given up" : `next try in ${delayMs / 1000} s`;
      const error = `${result.errorType}: ${result.errorMessage}`;
      tellTraffic(
        this.#context,
        schedule.functionId,
        `schedule ${schedule.name} failed, ${next}: ${error}`,
      );
      if (delayMs === null || this.#isClosed) return;
      const timer = this.#context.clock.after(delayMs, () => {
        this.#retries.delete(timer);
        this.#invoke(schedule, event, firedAt, failures + 1);
      });
      this.#retries.add(timer);
    };
    this.#context.traffic.report(run(), "scheduled");
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
