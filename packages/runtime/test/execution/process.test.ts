import { createProcessStrategy } from "../../src/execution/process/strategy.ts";
import { testExecutionStrategy } from "./conformance.ts";

const isLinux = process.platform === "linux";

testExecutionStrategy("process", () => createProcessStrategy(), {
  skip: isLinux
    ? {}
    : {
        "buffers count as memory too": "only Linux reports the memory of a process",
        "memory is measured only when a listener asks for it": "only Linux reports it",
      },
});
