#!/usr/bin/env node
import * as module from "node:module";

// From Node.js 22.8 on, code that was compiled once is not compiled again at the next start.
if ("enableCompileCache" in module && typeof module.enableCompileCache === "function")
  module.enableCompileCache();
const { runCommandLine } = await import("./command-line.ts");

// The code is set, not forced with process.exit(): what is still being written to a pipe arrives.
process.exitCode = await runCommandLine(process.argv.slice(2));
