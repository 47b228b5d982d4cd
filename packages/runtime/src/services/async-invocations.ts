import { asyncRetryDelaysSeconds, type AsyncInvocation } from "@arclet/manifest";
import type { ClockTimer } from "../clock.ts";
import type { Journal } from "./journal.ts";
import { reportRemark, type ServiceContext } from "./service-context.ts";

/** A stored asynchronous invocation. */
export interface AsyncCall {
  readonly id: string;
  /** When it was requested, in epoch milliseconds. */
  readonly publishedAt: number;
  /** Failed attempts. */
  readonly failures: number;
  /** The last error, after the last retry. */
  readonly dead: string | null;
}

/** The invocation for a call's next attempt. */
export interface AsyncTarget {
  readonly functionId: string;
  /** The event as JSON. */
  readonly payload: string;
  /** For messages: `event 5b1f…`, `schedule daily`. */
  readonly label: string;
  /** How often it is tried. */
  readonly invocation: AsyncInvocation;
}

export interface AsyncInvocationsOptions<Call extends AsyncCall> {
  readonly context: ServiceContext;
  /** The service's name in reports. */
  readonly service: string;
  /** Stores calls until their function succeeds; failed calls stay in it. */
  readonly journal: Journal<Call>;
  /** Null if nothing subscribes to it any longer. */
  targetOf(call: Call): AsyncTarget | null;
}

/** Invokes functions asynchronously, with retries. */
export class AsyncInvocations<Call extends AsyncCall> {
  readonly #options: AsyncInvocationsOptions<Call>;
  readonly #timers = new Set<ClockTimer>();
  readonly #running = new Set<Promise<void>>();
  readonly #dead = new Map<string, Call>();
  /** Calls waiting until functions are ready; null afterwards. */
  #held: Call[] | null = [];
  #isClosed = false;

  constructor(options: AsyncInvocationsOptions<Call>) {
    this.#options = options;
    for (const call of options.journal.kept.values()) {
      if (call.dead === null) this.#begin(call);
      else this.#dead.set(call.id, call);
    }
  }

  /** Starts to invoke functions. */
  start(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const call of held) this.#begin(call);
  }

  /** Resolves once the call is stored; its function runs later. */
  async add(call: Call): Promise<void> {
    await this.#options.journal.put(call.id, call);
    this.#begin(call);
  }

  /** Calls that failed every retry. */
  dead(): readonly Call[] {
    return [...this.#dead.values()];
  }

  /** Waits for running functions. Calls waiting for a retry stay in the journal. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const timer of this.#timers) timer.cancel();
    await Promise.all(this.#running);
    await this.#options.journal.close();
  }

  #begin(call: Call): void {
    if (this.#isClosed) return;
    if (this.#held !== null) {
      this.#held.push(call);
      return;
    }
    const { context, service } = this.#options;
    const run = this.#try(call).finally(() => this.#running.delete(run));
    this.#running.add(run);
    context.traffic.report(run, service);
  }

  async #try(call: Call): Promise<void> {
    const { context, journal } = this.#options;
    const target = this.#options.targetOf(call);
    if (target === null) return;
    const result = await context.invoker.invoke(target.functionId, target.payload);
    if (result.ok) {
      await journal.remove(call.id);
      return;
    }
    const error = `${result.errorType}: ${result.errorMessage}`;
    const ageMs = context.clock.now() - call.publishedAt;
    const delayMs = retryDelayMs(target.invocation, call.failures, ageMs);
    const failures = call.failures + 1;
    const failed: Call = { ...call, failures, dead: delayMs === null ? error : null };
    if (delayMs === null) this.#dead.set(call.id, failed);
    else this.#planRetry(failed, delayMs);
    await journal.revise(call.id, failed);
    const next =
      delayMs === null
        ? `gave up after ${failures} attempts`
        : `failed, next attempt in ${delayMs / 1000} s`;
    reportRemark(context, target.functionId, `${target.label} ${next}: ${error}`);
  }

  #planRetry(failed: Call, delayMs: number): void {
    const timer = this.#options.context.clock.after(delayMs, () => {
      this.#timers.delete(timer);
      this.#begin(failed);
    });
    this.#timers.add(timer);
    if (this.#isClosed) timer.cancel();
  }
}

/** Milliseconds until the next retry after this many failures; null if there is none. */
function retryDelayMs(
  { retries, maxAgeSeconds }: AsyncInvocation,
  failures: number,
  ageMs: number,
): number | null {
  const seconds = asyncRetryDelaysSeconds[failures];
  if (seconds === undefined || failures >= retries) return null;
  const delayMs = seconds * 1000;
  return ageMs + delayMs > maxAgeSeconds * 1000 ? null : delayMs;
}
