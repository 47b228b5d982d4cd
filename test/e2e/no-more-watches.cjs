// Loaded before a program: the system refuses it further watches, as Linux does at max_user_watches.
const fs = require("node:fs");
const { syncBuiltinESMExports } = require("node:module");

const { watch } = fs;
let left = 10;
fs.watch = (...given) => {
  if (left-- > 0) return watch(...given);
  throw Object.assign(new Error("ENOSPC: System limit for number of file watchers reached"), {
    code: "ENOSPC",
    syscall: "watch",
  });
};
syncBuiltinESMExports();
