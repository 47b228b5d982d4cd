#!/usr/bin/env node
import { runCommandLine } from "./command-line.ts";

// The code is set, not forced with process.exit(): what is still being written to a pipe arrives.
process.exitCode = await runCommandLine(process.argv.slice(2));
