import type { FunctionConfig } from "@arclet/manifest";
import type { Clock } from "../clock.ts";
import type { InvocationResult } from "../invocation.ts";
import type { InvocationLogging } from "../traffic/traffic-event.ts";
import type { Traffic } from "../traffic/traffic.ts";
import type { InvocationOwner, PendingInvocation } from "./pool/pending-invocation.ts";

/** Invocations of a function that wait or run. */
export interface InvocationLoad {
  invocations: number;
}

/** Reports the invocations of one build of a function as traffic, and counts those that wait or run. */
export class InvocationReporter implements InvocationOwner {
  readonly #clock: Clock;
  readonly #traffic: Traffic;
  readonly #functionId: string;
  readonly #config: FunctionConfig | null;
  readonly #load: InvocationLoad;
  readonly #logging: InvocationLogging;

  constructor(
    { clock, traffic }: { readonly clock: Clock; readonly traffic: Traffic },
    functionId: string,
    config: FunctionConfig | null,
    load: InvocationLoad = { invocations: 0 },
  ) {
    this.#clock = clock;
    this.#traffic = traffic;
    this.#functionId = functionId;
    this.#config = config;
    this.#load = load;
    const { logFormat = "Text", systemLogLevel = null } = config ?? {};
    this.#logging = { logFormat, systemLogLevel };
  }

  get load(): number {
    return this.#load.invocations;
  }

  onAdmit(): void {
    this.#load.invocations++;
  }

  onBegin({ requestId }: PendingInvocation): void {
    if (!this.#traffic.isObserved) return;
    const logging = this.#logging;
    const functionId = this.#functionId;
    this.#traffic.emit({ type: "invocation-begun", functionId, requestId, logging });
  }

  onEnd(invocation: PendingInvocation, result: InvocationResult): void {
    this.#load.invocations--;
    if (!this.#traffic.isObserved) return;
    const { requestId, initDurationMs, usedMemoryMb, startedAt, submittedAt } = invocation;
    this.#traffic.emit({
      type: "invoked",
      functionId: this.#functionId,
      requestId,
      durationMs: this.#clock.now() - (startedAt || submittedAt),
      initDurationMs,
      memoryMb: this.#config?.memory ?? 0,
      usedMemoryMb,
      logging: this.#logging,
      result,
    });
  }

  onWithdrawn(): void {
    this.#load.invocations--;
  }
}
