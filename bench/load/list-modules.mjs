// Preloaded with `--import`: appends the URL of every ES module to the file BENCH_MODULE_LIST names.
import { appendFileSync } from "node:fs";
import { register } from "node:module";
import process from "node:process";
import { isMainThread } from "node:worker_threads";

const file = process.env.BENCH_MODULE_LIST;

/** Runs in the thread of the loader; its file is this one. */
export async function load(url, context, nextLoad) {
  if (file !== undefined) appendFileSync(file, `${url}\n`);
  return nextLoad(url, context);
}

if (isMainThread && file !== undefined) register(import.meta.url);
