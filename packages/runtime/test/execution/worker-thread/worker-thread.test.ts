import { Leases } from "../../../dist/connections/leases.js";
import { createWorkerThreadStrategy } from "../../../dist/execution/worker-thread/strategy.js";
import { testExecutionStrategy } from "../conformance.ts";

testExecutionStrategy("worker-thread", () => createWorkerThreadStrategy(new Leases()), {
  skip: {
    "each invocation has a trace id in its variable":
      "it would cost every message, and nothing here traces",
  },
});
