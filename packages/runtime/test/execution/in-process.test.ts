import { createInProcessStrategy } from "../../dist/execution/in-process/strategy.js";
import { testExecutionStrategy } from "./conformance.ts";

const sharesProcess = "there is one process, which is the test's own";
const sharesLoop = "the event loop of a whole server is never empty";

testExecutionStrategy("in-process", createInProcessStrategy, {
  skip: {
    "a callback ends a plain handler once the event loop is empty": sharesLoop,
    "a callback waits for the gateway's answers too": sharesLoop,
    "the working directory is the source folder": sharesProcess,
    "the environment is the function's alone": sharesProcess,
    "code that does not parse is Runtime.UserCodeSyntaxError":
      "in the test's own process the test runner parses modules",
    "process.exit while loading is the init's failure": sharesProcess,
    "process.exit ends the invocation": sharesProcess,
    "an endless loop times out": sharesProcess,
    "an uncaught exception ends the invocation with its error": sharesProcess,
    "an unhandled rejection ends the invocation": sharesProcess,
    "using up the memory ends the invocation": sharesProcess,
    "stopping ends what runs": "its output, which the test waits for, goes to the host's streams",
    "logs carry the request id of their invocation": "output goes to the host's own streams",
    "logs of invocations that run together are told apart": "output goes to the host's own streams",
  },
});
