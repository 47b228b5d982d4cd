import { createChildProcessStrategy } from "../../src/execution/child-process/strategy.ts";
import { testExecutionStrategy } from "./conformance.ts";

const isLinux = process.platform === "linux";

testExecutionStrategy("child-process", () => createChildProcessStrategy(), {
  skip: isLinux
    ? {}
    : {
        "buffers count as memory too": "only Linux tells what memory a process has",
        "memory is measured only when a listener asks for it": "only Linux tells it",
      },
});
