import { createChildProcessStrategy } from "../../dist/execution/child-process/strategy.js";
import { testExecutionStrategy } from "./conformance.ts";

testExecutionStrategy("child-process", () => createChildProcessStrategy());
