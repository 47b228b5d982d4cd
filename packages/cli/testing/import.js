// `arclet/testing` for `import`. Jest runs each test file in a realm of its own, where errors of Node.js are not
// instances of `Error`, and replaces `process` and `node:module`: the kit runs in Node.js' own realm, loaded once
// for all test files of a process.
import { runInThisContext } from "node:vm";

const isOwnRealm = runInThisContext("Object") === Object;
const kit = isOwnRealm ? await import("../bundle/testing.js") : loadOutside();

function loadOutside() {
  const { createRequire } = runInThisContext("process").getBuiltinModule("node:module");
  return createRequire(import.meta.url)("../bundle/testing.js");
}

export const { CallError, FunctionError, startApp } = kit;
