// `arclet/testing`: runs the whole app in a test.
export { FunctionError } from "./testing/function-failure.ts";
export type { AppClock } from "./testing/test-app.ts";
export type { FaultOptions, Faults } from "./testing/faults.ts";
export { CallError, type Closed, type ConnectOptions, type Peer } from "./testing/peer.ts";
export { startApp, type StartAppOptions } from "./testing/start-app.ts";
export type { Published, TestApp, TestTables } from "./testing/test-app.ts";
export type { TestTable } from "./testing/table-access.ts";
