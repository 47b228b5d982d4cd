import type {
  EnvironmentOptions,
  ExecutionEnvironment,
  ExecutionStrategy,
  StartResult,
} from "../../src/execution/execution-strategy.ts";
import type { Invocation, InvocationFailure } from "../../src/invocation.ts";

export interface FakeOptions {
  /** @default true */
  readonly canPrefetch?: boolean;
  /** Whether environments are ready as soon as they are started. @default true */
  readonly startsAtOnce?: boolean;
  /** Whether invocations begin as soon as they can. @default true */
  readonly beginsAtOnce?: boolean;
  /** Whether `stop` ends an environment at once. @default true */
  readonly stopsAtOnce?: boolean;
}

/** What an environment ended with when a test does not say. */
export const crash: InvocationFailure = {
  ok: false,
  kind: "unhandled",
  errorType: "Runtime.ExitError",
  errorMessage: "Runtime exited with error: exit status 1",
  trace: [],
};

/** An environment without any code: a test decides what happens in it, and when. */
export class FakeEnvironment implements ExecutionEnvironment {
  readonly id: string;
  readonly canPrefetch: boolean;
  hasSlot = true;
  readonly usedMemoryMb = null;
  readonly #options: EnvironmentOptions;
  readonly #behaviour: FakeOptions;
  readonly #onBegin: (invocation: Invocation) => void;
  #waiting: Invocation[] = [];
  #running: Invocation[] = [];
  #settleStart: ((result: StartResult) => void) | null = null;
  #isReady = false;
  #hasEnded = false;
  #isStopping = false;
  readonly #onStopped: (() => void)[] = [];

  constructor(
    id: string,
    options: EnvironmentOptions,
    behaviour: FakeOptions,
    onBegin: (invocation: Invocation) => void,
  ) {
    this.id = id;
    this.#options = options;
    this.#behaviour = behaviour;
    this.#onBegin = onBegin;
    this.canPrefetch = behaviour.canPrefetch ?? true;
    options.initLimit.addEventListener("abort", () => this.end());
  }

  started(): Promise<StartResult> {
    return new Promise((resolve) => {
      this.#settleStart = resolve;
      if (this.#behaviour.startsAtOnce ?? true) this.ready();
    });
  }

  get isStarting(): boolean {
    return !this.#isReady && !this.#hasEnded;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Whether `stop` was called and it has not ended yet. */
  get isStopping(): boolean {
    return this.#isStopping && !this.#hasEnded;
  }

  /** Those that have begun. */
  get running(): readonly Invocation[] {
    return this.#running;
  }

  /** Those that were handed over and have not begun. */
  get waiting(): readonly Invocation[] {
    return this.#waiting;
  }

  /** The init succeeds. */
  ready(): void {
    if (!this.isStarting) return;
    this.#isReady = true;
    this.#settleStart?.({ ok: true, environment: this });
  }

  /** The init fails. */
  failInit(error: Partial<InvocationFailure> = {}): void {
    if (!this.isStarting) return;
    this.#hasEnded = true;
    this.#settleStart?.({ ok: false, error: { ...crash, kind: "init", ...error } });
    this.#options.observer.onExit(crash, []);
  }

  invoke(invocation: Invocation): void {
    if (this.#hasEnded) throw new Error("an ended environment was given an invocation");
    this.#waiting.push(invocation);
    if (this.#behaviour.beginsAtOnce ?? true) this.begin();
  }

  /** Begins as many as may run. */
  begin(): void {
    while (this.#running.length < this.#options.concurrency) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#running.push(next);
      this.#onBegin(next);
    }
  }

  measureMemory(): void {}

  hasBegun(invocation: Invocation): boolean {
    return this.#running.includes(invocation);
  }

  recall(invocation: Invocation): boolean {
    const index = this.#waiting.indexOf(invocation);
    if (index === -1 || this.#hasEnded) return false;
    this.#waiting.splice(index, 1);
    return true;
  }

  /** One that runs succeeds. */
  succeed(invocation: Invocation | undefined = this.#running[0], payload = "null"): void {
    if (invocation === undefined || this.#hasEnded) return;
    this.#running = this.#running.filter((other) => other !== invocation);
    if (this.#behaviour.beginsAtOnce ?? true) this.begin();
    this.#options.observer.onResult(invocation, { ok: true, payload });
  }

  /** Reports a result for what may not be here. */
  report(invocation: Invocation): void {
    this.#options.observer.onResult(invocation, { ok: true, payload: '"late"' });
  }

  log(text: string): void {
    const { functionId, observer } = this.#options;
    observer.onLog({ functionId, requestId: null, stream: "stdout", text });
  }

  /** It ends with what runs in it. */
  end(reason: InvocationFailure = crash): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    const started = this.#running;
    this.#running = [];
    this.#waiting = [];
    if (!this.#isReady) this.#settleStart?.({ ok: false, error: { ...reason, kind: "init" } });
    this.#options.observer.onExit(reason, started);
    for (const resolve of this.#onStopped.splice(0)) resolve();
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    if (this.#hasEnded) return;
    if (this.#behaviour.stopsAtOnce ?? true) {
      this.end();
      return;
    }
    await new Promise<void>((resolve) => this.#onStopped.push(resolve));
  }
}

export interface FakeStrategy extends ExecutionStrategy {
  /** All that were started, in order. */
  readonly environments: readonly FakeEnvironment[];
  /** All that have begun, in the order in which they did. */
  readonly begun: readonly Invocation[];
}

export function createFakeStrategy(behaviour: FakeOptions = {}): FakeStrategy {
  const environments: FakeEnvironment[] = [];
  const begun: Invocation[] = [];
  return {
    name: "fake",
    environments,
    begun,
    start(options) {
      const id = String(environments.length);
      const environment = new FakeEnvironment(id, options, behaviour, (invocation) =>
        begun.push(invocation),
      );
      environments.push(environment);
      return environment.started();
    },
    async close() {},
  };
}
