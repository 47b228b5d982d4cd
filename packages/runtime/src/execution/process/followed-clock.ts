import { syncBuiltinESMExports } from "node:module";
import timers from "node:timers";
import promises from "node:timers/promises";
import { promisify } from "node:util";

type Callback = (...args: unknown[]) => void;

/** `Date` and timers of this process, which follow a clock that may be moved. */
export interface FollowedClock {
  /** Milliseconds that the time here is ahead of the time on the wall. */
  move(offsetMs: number): void;
  /** Epoch milliseconds of the first timer that keeps the process busy; `Infinity` for none. */
  readonly nextDueMs: number;
  /** Whether a timer is due that has not run yet. */
  readonly isBehind: boolean;
}

/**
 * Replaces `Date`, `setTimeout` and `setInterval`, also those of `node:timers` and `node:timers/promises`,
 * before a function's code is loaded. Timers inside Node.js (`AbortSignal.timeout`, those of sockets) and
 * `performance.now()` stay on the wall's clock.
 */
export function installFollowedClock(initialOffsetMs: number): FollowedClock {
  const RealDate = Date;
  const realNow = Date.now;
  const [realSet, realClear] = [setTimeout, clearTimeout];
  const pending = new Set<FollowingTimeout>();
  const byNumber = new Map<number, FollowingTimeout>();
  let offsetMs = initialOffsetMs;
  let count = 0;
  const now = (): number => realNow() + offsetMs;

  class FollowingTimeout {
    readonly number = ++count;
    readonly #run: () => void;
    readonly #delayMs: number;
    readonly #repeats: boolean;
    #real: NodeJS.Timeout | null = null;
    #isReferenced = true;
    dueMs = 0;

    constructor(run: () => void, delay: number | undefined, repeats: boolean) {
      this.#run = run;
      // As Node.js: https://nodejs.org/api/timers.html#settimeoutcallback-delay-args
      const given = Number(delay);
      this.#delayMs = given >= 1 && given <= 2 ** 31 - 1 ? Math.trunc(given) : 1;
      this.#repeats = repeats;
      this.#start();
    }

    #start(): void {
      this.dueMs = now() + this.#delayMs;
      pending.add(this);
      this.wait();
    }

    /** Waits on the wall's clock for what is left. */
    wait(): void {
      if (this.#real !== null) realClear(this.#real);
      this.#real = realSet(() => this.#fire(), Math.max(0, this.dueMs - now()));
      if (!this.#isReferenced) this.#real.unref();
    }

    #fire(): void {
      this.#real = null;
      pending.delete(this);
      if (this.#repeats) this.#start();
      else byNumber.delete(this.number);
      this.#run();
    }

    ref(): this {
      this.#isReferenced = true;
      this.#real?.ref();
      return this;
    }

    unref(): this {
      this.#isReferenced = false;
      this.#real?.unref();
      return this;
    }

    hasRef(): boolean {
      return this.#isReferenced;
    }

    refresh(): this {
      this.#start();
      return this;
    }

    close(): this {
      if (this.#real !== null) realClear(this.#real);
      this.#real = null;
      pending.delete(this);
      byNumber.delete(this.number);
      return this;
    }

    [Symbol.toPrimitive](): number {
      byNumber.set(this.number, this);
      return this.number;
    }

    [Symbol.dispose ?? Symbol.for("nodejs.dispose")](): void {
      this.close();
    }
  }

  function start(callback: unknown, delay: unknown, args: unknown[], repeats: boolean): object {
    if (typeof callback !== "function") {
      throw Object.assign(new TypeError('The "callback" argument must be of type function'), {
        code: "ERR_INVALID_ARG_TYPE",
      });
    }
    const run = callback as Callback;
    return new FollowingTimeout(() => run(...args), delay as number | undefined, repeats);
  }
  const setFollowing = (callback: unknown, delay?: unknown, ...args: unknown[]): object =>
    start(callback, delay, args, false);
  const setRepeating = (callback: unknown, delay?: unknown, ...args: unknown[]): object =>
    start(callback, delay, args, true);
  const clear = (timer: unknown): void => {
    if (timer instanceof FollowingTimeout) timer.close();
    else {
      byNumber.get(Number(timer))?.close();
      if (typeof timer === "object" && timer !== null) realClear(timer as NodeJS.Timeout);
    }
  };

  const wait = (delay?: number, value?: unknown, options: WaitOptions = {}): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const { signal, ref = true } = options;
      const aborted = (): void => {
        clear(timer);
        reject(abortError(signal));
      };
      const timer = start(
        () => {
          signal?.removeEventListener("abort", aborted);
          resolve(value);
        },
        delay,
        [],
        false,
      ) as FollowingTimeout;
      if (!ref) timer.unref();
      if (signal?.aborted === true) aborted();
      else signal?.addEventListener("abort", aborted, { once: true });
    });
  async function* repeat(delay?: number, value?: unknown, options?: WaitOptions): AsyncGenerator {
    for (;;) {
      await wait(delay, undefined, options);
      yield value;
    }
  }
  Object.defineProperty(setFollowing, promisify.custom, { value: wait });

  const replacement = { setTimeout: setFollowing, setInterval: setRepeating };
  for (const target of [globalThis, timers])
    Object.assign(target, replacement, { clearTimeout: clear, clearInterval: clear });
  Object.assign(promises, { setTimeout: wait, setInterval: repeat });
  Object.defineProperty(promises.scheduler, "wait", {
    value: (delay: number, options?: WaitOptions) => wait(delay, undefined, options),
    configurable: true,
  });
  syncBuiltinESMExports();

  const FollowingDate: DateConstructor = new Proxy(RealDate, {
    apply: () => new RealDate(now()).toString(),
    construct: (target, args: unknown[], newTarget) =>
      Reflect.construct(
        target,
        args.length === 0 ? [now()] : args,
        newTarget === FollowingDate ? target : newTarget,
      ) as object,
  });
  RealDate.now = now;
  RealDate.prototype.constructor = FollowingDate;
  globalThis.Date = FollowingDate;

  return {
    move(latestMs) {
      offsetMs = latestMs;
      for (const timer of [...pending].toSorted((a, b) => a.dueMs - b.dueMs)) timer.wait();
    },
    get nextDueMs() {
      let first = Infinity;
      for (const timer of pending) if (timer.hasRef() && timer.dueMs < first) first = timer.dueMs;
      return first;
    },
    get isBehind() {
      const time = now();
      for (const timer of pending) if (timer.dueMs <= time) return true;
      return false;
    },
  };
}

interface WaitOptions {
  readonly signal?: AbortSignal;
  readonly ref?: boolean;
}

function abortError(signal: AbortSignal | undefined): Error {
  const error = new Error("The operation was aborted", { cause: signal?.reason });
  error.name = "AbortError";
  return Object.assign(error, { code: "ABORT_ERR" });
}
