import { createProcessStrategy } from "../../src/execution/process/strategy.ts";
import { testExecutionStrategy } from "./conformance.ts";

const isLinux = process.platform === "linux";

testExecutionStrategy("process", () => createProcessStrategy(), {
  skip: isLinux
    ? {}
    : {
        "buffers count as memory too": "only Linux tells what memory a process has",
        "memory is measured only when a listener asks for it": "only Linux tells it",
      },
});
