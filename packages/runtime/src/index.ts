export { createSystemClock, type Clock, type ClockTimer } from "./clock.ts";
export type {
  ConnectionCommand,
  ConnectionReply,
  ConnectionRouter,
  ConnectionTarget,
} from "./connections/connection-router.ts";
export { createMemoryRouter } from "./connections/memory.ts";
export { RuntimeError, type RuntimeErrorCode } from "./errors.ts";
export type { ExecutionEnvironment, ExecutionStrategy } from "./execution/execution-strategy.ts";
export type { FunctionLog, FunctionLogKind } from "./invocation.ts";
export type { InvocationFailure, InvocationResult } from "./invocation.ts";
export type { Invoker } from "./execution/invoker.ts";
export type { RuntimeOptions } from "./options.ts";
export type { FailedLoad, Runtime } from "./runtime.ts";
export type { Limits } from "./limits.ts";
export type { RuntimeApp, RuntimeFunction } from "./runtime-app.ts";
export { createRuntime } from "./runtime.ts";
export type { DeadLetter } from "./services/service-context.ts";
export type { TrafficEvent } from "./traffic/traffic-event.ts";
export type { Traffic } from "./traffic/traffic.ts";
