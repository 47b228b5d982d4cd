// `arclet/testing` for `require`. Not the `require` of Jest, which loads no ES modules: see import.js.
const { runInThisContext } = require("node:vm");

const { createRequire } = runInThisContext("process").getBuiltinModule("node:module");

module.exports = createRequire(__filename)("../bundle/testing.js");
