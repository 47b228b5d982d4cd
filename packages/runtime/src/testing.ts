// Exports for tests and tools; not used in production.
export { createTestClock, type TestClock } from "./test-clock.ts";
export { createMovableClock, type MovableClock } from "./movable-clock.ts";
export { durationMs } from "./duration.ts";
export type {
  EnvironmentOptions,
  ExecutionEnvironment,
  ExecutionStrategy,
} from "./execution/execution-strategy.ts";
export { createMemoryRouter } from "./connections/memory.ts";
export type { ConnectionRouter } from "./connections/connection-router.ts";
export { marshallItem } from "./services/tables/dynamodb/marshall-item.ts";
