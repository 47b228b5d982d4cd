import { Leases } from "../../dist/connections/leases.js";
import { createWorkerThreadStrategy } from "../../dist/execution/worker-thread/strategy.js";
import { testExecutionStrategy } from "./conformance.ts";

testExecutionStrategy("worker-thread", () => createWorkerThreadStrategy(new Leases()));
