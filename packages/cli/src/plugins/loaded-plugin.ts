import { inspect } from "node:util";
import { CliError } from "../errors.ts";
import type { Plugin } from "./plugin.ts";

/** A plugin and its location. */
export interface LoadedPlugin {
  readonly name: string;
  /** Relative to the project. */
  readonly file: string;
  /** Absolute project folder. */
  readonly root: string;
  readonly plugin: Plugin;
  /** Parts of the plugin without effect, one sentence each. */
  readonly notes: readonly string[];
}

/** Creates the error `plugin stats (src/plugins/stats.js): set.env failed: …`, with the line in the project where it failed. */
export function failedPlugin(
  { name, file, root }: Pick<LoadedPlugin, "name" | "file" | "root">,
  what: string,
  cause: unknown,
): CliError {
  const reason = cause === null ? "" : `: ${reasonOf(cause)}`;
  const frame = cause instanceof Error ? frameIn(cause, root) : null;
  return new CliError("ERR_PLUGIN", `plugin ${name} (${file}): ${what}${reason}`, {
    cause,
    hints: frame === null ? [] : [frame],
  });
}

/** Runs a hook. Errors are reported with the plugin's name. */
export async function runHook<Result>(
  loaded: LoadedPlugin,
  hook: string,
  run: () => Result | Promise<Result>,
): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    throw failedPlugin(loaded, `${hook} failed`, error);
  }
}

/** Message of a thrown value, which may not be an Error. */
export function reasonOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message;
  return typeof thrown === "string" ? thrown : inspect(thrown);
}

function frameIn(error: Error, root: string): string | null {
  const line = error.stack?.split("\n").find((text) => text.includes(root));
  return line === undefined ? null : line.trim().replaceAll(`${root}/`, "").replace("file://", "");
}
