#!/usr/bin/env node
import * as module from "node:module";

// From Node.js 22.8 on, code that was compiled once is not compiled again at the next start.
if ("enableCompileCache" in module && typeof module.enableCompileCache === "function")
  module.enableCompileCache();
/** 128 + SIGPIPE, as shells have it. */
const brokenPipeExitCode = 141;

const { runCommandLine } = await import("./command-line.ts");

// Whoever reads the output may leave early, as `head` does: there is nobody left to write to.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(brokenPipeExitCode);
  });
}

// The code is set, not forced with process.exit(): what is still being written to a pipe arrives.
process.exitCode = await runCommandLine(process.argv.slice(2));
