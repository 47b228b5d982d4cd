#!/usr/bin/env node
import * as module from "node:module";

// From Node.js 22.8, compiled code is cached between starts.
if ("enableCompileCache" in module && typeof module.enableCompileCache === "function")
  module.enableCompileCache();
/** 128 + SIGPIPE, the exit code shells use. */
const brokenPipeExitCode = 141;

const { runCommandLine } = await import("./command-line.ts");

// A reader such as `head` may close the pipe early: nothing is left to do.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(brokenPipeExitCode);
  });
}

// Set the code instead of calling process.exit(), so that pending writes to a pipe finish.
process.exitCode = await runCommandLine(process.argv.slice(2));
