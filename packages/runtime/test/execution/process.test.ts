import { createProcessStrategy } from "../../src/execution/process/strategy.ts";
import { testExecutionStrategy } from "./conformance.ts";

const isLinux = process.platform === "linux";

testExecutionStrategy("process", () => createProcessStrategy(), {
  skip: isLinux
    ? {}
    : {
        "buffers count as memory too": "only Linux tells what memory a process has",
        "memory is told to those who want it, and to nobody else": "only Linux tells it",
      },
});
