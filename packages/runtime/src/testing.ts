// What tests of apps and tools need of the runtime; nothing of it runs in production.
export { createTestClock, type TestClock } from "./test-clock.ts";
