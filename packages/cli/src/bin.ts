#!/usr/bin/env node
import * as module from "node:module";

// From Node.js 22.8, compiled code is cached between starts.
if ("enableCompileCache" in module && typeof module.enableCompileCache === "function")
  module.enableCompileCache();
/** 128 + SIGPIPE, the exit code shells use. */
const brokenPipeExitCode = 141;
const outputLostExitCode = 1;

const { runCommandLine } = await import("./command-line.ts");

let isOutputLost = false;
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    // Whoever reads the output may leave early, as `head` does: there is nobody left to write to.
    if (error.code === "EPIPE") process.exit(brokenPipeExitCode);
    // A log's disk is full, or the terminal was closed: an app that runs still has to end properly.
    if (!isOutputLost && stream === process.stdout)
      process.stderr.write(`error: the output cannot be written: ${error.message}\n`);
    isOutputLost = true;
  });
}

process.on("exit", (code) => {
  if (isOutputLost && code === 0) process.exitCode = outputLostExitCode;
});

// Set the code instead of calling process.exit(), so that pending writes to a pipe finish.
process.exitCode = await runCommandLine(process.argv.slice(2));
