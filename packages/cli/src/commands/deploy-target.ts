import type { Diagnostic, Manifest, Project } from "@arclet/manifest";
import { readProject } from "@arclet/manifest/node";
import { CliError } from "../errors.ts";
import { readPluggedProject, type PluggedProject } from "../plugins/plugged-project.ts";
import { existingFolder } from "../project/project-folder.ts";
import { diagnosticsText } from "../terminal/diagnostics-text.ts";
import { processTerminal, type Terminal } from "../terminal/style.ts";

/** Flags that choose the deployed stack a command works on. */
export const targetArgs = {
  production: { type: "boolean", alias: "p", description: "Use production instead of staging" },
  name: {
    type: "string",
    alias: "n",
    description: "Suffix for a separate stack of the same stage",
  },
  profile: { type: "string", description: "AWS profile; overrides keys in the environment" },
  region: { type: "string", description: "AWS region; overrides the manifest's" },
} as const;

/** The flag for programs: prints the result to standard output as JSON, and messages to standard error. */
export const jsonArgs = {
  json: { type: "boolean", description: "Print the result as JSON; messages go to standard error" },
} as const;

export interface DeployTarget {
  readonly manifest: Manifest;
  readonly stage: "staging" | "production";
  readonly name: string | null;
  readonly profile: string | null;
  readonly region: string | null;
}

/** The process's terminal. With `--json`, messages go to standard error. */
export function terminalFor(isJson: boolean | undefined): Terminal {
  const terminal = processTerminal();
  return isJson === true ? { ...terminal, columns: null, write: terminal.writeError } : terminal;
}

export function writeJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** Reads the project of the current folder. @throws CliError `ERR_MANIFEST` */
export async function projectHere(): Promise<Project> {
  const { project, diagnostics } = await readProject(await existingFolder(undefined));
  if (project !== null) return project;
  throw unusable(diagnostics);
}

/** Reads the project of the current folder, with its plugins. @throws CliError `ERR_MANIFEST`, `ERR_PLUGIN` */
export async function pluggedProjectHere(): Promise<PluggedProject> {
  const { plugged, diagnostics } = await readPluggedProject(await existingFolder(undefined));
  if (plugged !== null) return plugged;
  throw unusable(diagnostics);
}

function unusable(diagnostics: readonly Diagnostic[]): CliError {
  return new CliError(
    "ERR_MANIFEST",
    diagnosticsText(diagnostics, processTerminal().style.hasColor),
  );
}

export function targetOf(
  { manifest }: Project,
  args: {
    readonly production?: boolean | undefined;
    readonly name?: string | undefined;
    readonly profile?: string | undefined;
    readonly region?: string | undefined;
  },
): DeployTarget {
  return {
    manifest,
    stage: args.production === true ? "production" : "staging",
    name: args.name ?? null,
    profile: args.profile ?? null,
    region: args.region ?? null,
  };
}
