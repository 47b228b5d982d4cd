import { createChildProcessStrategy } from "../../src/execution/child-process/strategy.ts";
import { testExecutionStrategy } from "./conformance.ts";

const isLinux = process.platform === "linux";

testExecutionStrategy("child-process", () => createChildProcessStrategy(), {
  skip: isLinux
    ? {}
    : {
        "buffers count as memory too": "only Linux reports the memory of a process",
        "memory is measured only when a listener asks for it": "only Linux reports it",
      },
});
