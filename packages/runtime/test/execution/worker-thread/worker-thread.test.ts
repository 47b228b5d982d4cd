import { Leases } from "../../../src/connections/leases.ts";
import { createWorkerThreadStrategy } from "../../../src/execution/worker-thread/strategy.ts";
import { testExecutionStrategy } from "../conformance.ts";

testExecutionStrategy("worker-thread", () => createWorkerThreadStrategy(new Leases()), {
  skip: {
    "each invocation has a trace id in its variable":
      "it would cost every message, and nothing here traces",
  },
});
