import type { Manifest, Project } from "@arclet/manifest";
import { readProject } from "@arclet/manifest/node";
import { CliError } from "../errors.ts";
import { existingFolder } from "../project-folder.ts";
import { diagnosticsText } from "../terminal/diagnostics-text.ts";
import { processTerminal } from "../terminal/style.ts";

/** Flags that choose what of an app on AWS a command works on. */
export const targetArgs = {
  production: { type: "boolean", alias: "p", description: "Production instead of staging" },
  name: { type: "string", alias: "n", description: "A stack of its own, beside the stage's" },
} as const;

export interface DeployTarget {
  readonly manifest: Manifest;
  readonly stage: "staging" | "production";
  readonly name: string | null;
}

/** The project of the current folder. @throws CliError `ERR_MANIFEST` */
export async function projectHere(): Promise<Project> {
  const root = await existingFolder(undefined);
  const { project, diagnostics } = await readProject(root);
  if (project !== null) return project;
  const { style } = processTerminal();
  throw new CliError("ERR_MANIFEST", diagnosticsText(diagnostics, style.hasColor));
}

export function targetOf(
  { manifest }: Project,
  args: { readonly production?: boolean | undefined; readonly name?: string | undefined },
): DeployTarget {
  return {
    manifest,
    stage: args.production === true ? "production" : "staging",
    name: args.name ?? null,
  };
}
