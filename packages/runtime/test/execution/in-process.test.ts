import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { createInProcessStrategy } from "../../src/execution/in-process/strategy.ts";
import { testExecutionStrategy } from "./conformance.ts";

const sharesLoop = "the event loop of a whole server is never empty";
const sharesHeap = "there is one heap and one event loop";
const isRunners = "in the test's process this is the test runner's: see below";

testExecutionStrategy("in-process", createInProcessStrategy, {
  skip: {
    "a callback ends a plain handler once the event loop is empty": sharesLoop,
    "a callback waits for the gateway's answers too": sharesLoop,
    "a promise that nothing can settle ends the invocation": sharesLoop,
    "a promise that nothing can settle is an exit from Node.js 24 on": sharesLoop,
    "a promise that nothing can settle, of a function that is not async, is null": sharesLoop,
    "an endless loop times out": sharesHeap,
    "an endless loop in the init is ended as well": sharesHeap,
    "using up the memory ends the invocation": sharesHeap,
    "buffers count as memory too": sharesHeap,
    "code that does not parse is Runtime.UserCodeSyntaxError": isRunners,
    "an uncaught exception ends the invocation with its error": isRunners,
    "an uncaught exception is an exit from Node.js 24 on": isRunners,
    "an unhandled rejection ends the invocation": isRunners,
    "an unhandled rejection is an exit from Node.js 24 on": isRunners,
    "a crash's stack is in the log from Node.js 24 on": isRunners,
    "stopping ends what runs": isRunners,
    "logs carry the request id of their invocation": isRunners,
    "output is told line by line, whatever it was written in": isRunners,
    "logs of invocations that run together are told apart": isRunners,
    "lines of text are as they were written, and console.fatal is there": isRunners,
    "the level may be set by its variable, in text too": isRunners,
  },
});

test("in a process of its own, output and crashes are the function's, and the host stays as it was", async () => {
  const host = join(import.meta.dirname, "in-process-host.mjs");
  const { stdout } = await promisify(execFile)(process.execPath, [host], {
    env: { ...process.env, OF_THE_HOST: "secret" },
  });
  expect(JSON.parse(stdout)).toEqual({
    value: { mine: "yes", ofTheHost: null, isSet: "1" },
    logs: [
      ["stdout", "out 1", true],
      ["stderr", "err", true],
    ],
    exception: ["unhandled", "TypeError", "late"],
    rejection: ["unhandled", "Runtime.UnhandledPromiseRejection", "TypeError: lost"],
    exit: ["unhandled", "Runtime.ExitError", "Runtime exited with error: exit status 7"],
    syntax: ["init", "Runtime.UserCodeSyntaxError"],
    after: { mine: "yes", ofTheHost: null, isSet: "1" },
    host: { mine: null, ofTheHost: "secret", isSet: null, cwd: true, restored: true },
  });
});
