#!/usr/bin/env node
import process from "node:process";
import { runCommandLine } from "arclet";

process.exitCode = await runCommandLine(["init", ...process.argv.slice(2)]);
