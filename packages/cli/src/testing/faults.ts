import type { InvocationFailure } from "@arclet/runtime";
import {
  createMemoryRouter,
  durationMs,
  type ConnectionRouter,
  type EnvironmentOptions,
  type ExecutionEnvironment,
  type ExecutionStrategy,
  type MovableClock,
} from "@arclet/runtime/testing";

export interface FaultOptions {
  /** Most times the fault happens. @default always */
  readonly times?: number;
  /** Probability of the fault, 0–1, drawn with the seed of `startApp`. @default 1 */
  readonly rate?: number;
}

/** The connection a fault applies to. */
interface Faulted {
  readonly connectionId: string;
}

/** Reproduces failures that happen on AWS. */
export interface Faults {
  /**
   * The client vanishes and `$disconnect` never runs: AWS invokes it on a best-effort basis.
   * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-keys-connect-disconnect.html
   */
  loseDisconnect(peer: Faulted & { terminate(): void }): void;
  /** The API no longer knows the connection: posts to it fail with `GoneException` (410), before any `$disconnect`. */
  gone(peer: Faulted): void;
  /** The client reads too slowly: posts to it fail with `LimitExceededException` (429). */
  slow(peer: Faulted): void;
  /**
   * Lambda refuses to invoke a function (`TooManyRequestsException`): a message gets "Internal server
   * error", a handshake 500, a request 500 or 503, and events and queues deliver it again.
   */
  throttle(functionId: string, options?: FaultOptions): void;
  /** Ends idle environments, and makes each new one take this long to start. `0` ends the fault. */
  coldStart(duration: string | number): void;
  /** Ends all faults. */
  clear(): void;
}

export interface FaultInjection {
  readonly faults: Faults;
  readonly router: ConnectionRouter;
  readonly wrapExecution: (strategy: ExecutionStrategy) => ExecutionStrategy;
}

interface Throttle {
  timesLeft: number;
  readonly rate: number;
}

const throttled: InvocationFailure = {
  ok: false,
  kind: "throttled",
  errorType: "TooManyRequestsException",
  errorMessage: "Rate Exceeded.",
  trace: [],
};

/** Faults of one app. The same seed and calls give the same faults. */
export function createFaults(seed: number, clock: MovableClock): FaultInjection {
  const random = seededRandom(seed);
  const silent = new Set<string>();
  const gone = new Set<string>();
  const slow = new Set<string>();
  const throttles = new Map<string, Throttle>();
  const environments = new Set<FaultyEnvironment>();
  let coldStartMs = 0;

  /** The result of an invocation that never reaches the function; null if it does. */
  function intercept(functionId: string, payload: string): "lost" | "throttled" | null {
    if (silent.size > 0 && payload.includes('"eventType":"DISCONNECT"')) {
      const { requestContext } = JSON.parse(payload) as {
        requestContext: { connectionId: string };
      };
      if (silent.delete(requestContext.connectionId)) return "lost";
    }
    const throttle = throttles.get(functionId);
    if (throttle === undefined || throttle.timesLeft === 0 || random() >= throttle.rate)
      return null;
    throttle.timesLeft--;
    return "throttled";
  }

  const memory = createMemoryRouter();
  const router: ConnectionRouter = {
    ...memory,
    async request(id, command) {
      if (gone.has(id)) return "gone";
      if (slow.has(id) && command.type === "send") return { type: "limit-exceeded" };
      const reply = await memory.request(id, command);
      // With a lease, further posts would bypass this check.
      return reply !== "gone" && reply.type === "done" ? { type: "done" } : reply;
    },
  };

  return {
    router,
    faults: {
      loseDisconnect(peer) {
        silent.add(peer.connectionId);
        peer.terminate();
      },
      gone: ({ connectionId }) => void gone.add(connectionId),
      slow: ({ connectionId }) => void slow.add(connectionId),
      throttle(functionId, { times = Infinity, rate = 1 } = {}) {
        throttles.set(functionId, { timesLeft: times, rate });
      },
      coldStart(duration) {
        coldStartMs = durationMs(duration);
        for (const environment of environments) environment.endIfIdle();
      },
      clear() {
        for (const set of [silent, gone, slow]) set.clear();
        throttles.clear();
        coldStartMs = 0;
      },
    },
    wrapExecution: (strategy) => ({
      ...strategy,
      name: strategy.name,
      async start(options) {
        if (coldStartMs > 0) await passed(clock, coldStartMs);
        let environment: FaultyEnvironment | null = null;
        const result = await strategy.start({
          ...options,
          observer: {
            ...options.observer,
            onLog: (log) => options.observer.onLog(log),
            onResult(invocation, outcome) {
              if (environment !== null) environment.ended();
              options.observer.onResult(invocation, outcome);
            },
            onExit(reason, started) {
              if (environment !== null) environments.delete(environment);
              options.observer.onExit(reason, started);
            },
          },
        });
        if (!result.ok) return result;
        environment = new FaultyEnvironment(result.environment, options, intercept);
        environments.add(environment);
        return { ok: true, environment };
      },
    }),
  };
}

/** Wraps an environment so that some invocations do not reach it. */
class FaultyEnvironment implements ExecutionEnvironment {
  readonly #inner: ExecutionEnvironment;
  readonly #options: EnvironmentOptions;
  readonly #intercept: (functionId: string, payload: string) => "lost" | "throttled" | null;
  #running = 0;

  constructor(
    inner: ExecutionEnvironment,
    options: EnvironmentOptions,
    intercept: (functionId: string, payload: string) => "lost" | "throttled" | null,
  ) {
    this.#inner = inner;
    this.#options = options;
    this.#intercept = intercept;
  }

  get id(): string {
    return this.#inner.id;
  }

  /** Invocations queued ahead could not be intercepted in order. */
  readonly canPrefetch = false;

  get hasSlot(): boolean {
    return this.#inner.hasSlot;
  }

  get usedMemoryMb(): number | null {
    return this.#inner.usedMemoryMb;
  }

  invoke(invocation: Parameters<ExecutionEnvironment["invoke"]>[0]): void {
    const { functionId, observer } = this.#options;
    const fault = this.#intercept(functionId, invocation.event.toString());
    if (fault === null) {
      this.#running++;
      this.#inner.invoke(invocation);
      return;
    }
    queueMicrotask(() =>
      observer.onResult(invocation, fault === "lost" ? { ok: true, payload: "null" } : throttled),
    );
  }

  measureMemory(): void {
    this.#inner.measureMemory();
  }

  recall(invocation: Parameters<ExecutionEnvironment["recall"]>[0]): boolean {
    const isRecalled = this.#inner.recall(invocation);
    if (isRecalled) this.#running--;
    return isRecalled;
  }

  hasBegun(invocation: Parameters<ExecutionEnvironment["recall"]>[0]): boolean {
    return this.#inner.hasBegun?.(invocation) ?? true;
  }

  stop(): Promise<void> {
    return this.#inner.stop();
  }

  ended(): void {
    this.#running--;
  }

  endIfIdle(): void {
    if (this.#running === 0) void this.#inner.stop();
  }
}

function passed(clock: MovableClock, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(delayMs, resolve);
  });
}

/** Mulberry32, a random number generator whose state is one number. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
