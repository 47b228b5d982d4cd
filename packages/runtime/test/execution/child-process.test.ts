import { createChildProcessStrategy } from "../../src/execution/child-process/strategy.ts";
import { testExecutionStrategy } from "./conformance.ts";

const isLinux = process.platform === "linux";

testExecutionStrategy("child-process", () => createChildProcessStrategy(), {
  skip: isLinux
    ? {}
    : {
        "buffers count as memory too": "only Linux tells what memory a process has",
        "memory is told to those who want it, and to nobody else": "only Linux tells it",
      },
});
