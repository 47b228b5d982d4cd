import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Project } from "@arclet/manifest";
import { findManifest, readProject } from "@arclet/manifest/node";
import { CliError } from "../errors.ts";
import { createdFolder } from "../project/project-folder.ts";
import { diagnosticsText } from "../terminal/diagnostics-text.ts";
import { appNameOf, checkAppName } from "./app-name.ts";
import { missingFunctions, type MissingFunctions } from "./missing-functions.ts";
import { commandsForMissing, packageManagerOf, type PackageManager } from "./missing-packages.ts";
import { newAgents } from "./new-agents.ts";
import { newManifest, newPreferences, projectFiles } from "./project-files.ts";
import type { Language } from "./templates.ts";
import { writeFiles, type WrittenFile } from "./write-files.ts";

export interface InitOptions {
  readonly folder: string;
  /** null: TypeScript if there is a tsconfig.json, else JavaScript. */
  readonly language: Language | null;
  /** null: the folder's name. */
  readonly name: string | null;
  /** Whether a new app gets an AGENTS.md, which coding assistants read. */
  readonly hasAgents: boolean;
}

export interface InitResult {
  /** Absolute. */
  readonly root: string;
  readonly files: readonly WrittenFile[];
  readonly skipped: MissingFunctions["skipped"];
  readonly packageManager: PackageManager;
  /** Commands to run before the app can start: they add or install packages. */
  readonly installCommands: readonly string[];
}

/** Writes a manifest if the project has none, then every function that the manifest declares and that is missing. */
export async function initProject(options: InitOptions): Promise<InitResult> {
  if (options.name !== null) checkAppName(options.name);
  const root = await createdFolder(options.folder);
  const language = options.language ?? languageOf(root);
  const files: WrittenFile[] = [];

  const isNew = (await findManifest(root)).kind === "absent";
  if (isNew) {
    files.push(
      ...(await writeFiles(root, [
        newManifest(options.name ?? appNameOf(root)),
        newPreferences,
        ...(options.hasAgents ? [newAgents] : []),
      ])),
    );
  }
  const project = await readManifest(root);
  const missing = missingFunctions(project, language);
  files.push(...(await writeFiles(root, missing.files)));
  files.push(...(await writeFiles(root, projectFiles(project.manifest.app, language, isNew))));
  const packageManager = packageManagerOf(root);
  const commands = commandsForMissing(root, language, packageManager);
  const isInstalled = existsSync(join(root, "node_modules/@arclet/functions"));
  return {
    root,
    files,
    skipped: missing.skipped,
    packageManager,
    installCommands:
      commands.length > 0 ? commands : isInstalled ? [] : [`${packageManager} install`],
  };
}

/** Writes the handlers that a project declares and does not have, and resolves with the new files. */
export async function writeMissingFunctions(project: Project): Promise<readonly string[]> {
  const { files } = missingFunctions(project, languageOf(project.root));
  const written = await writeFiles(project.root, files);
  return written.filter(({ isNew }) => isNew).map(({ path }) => path);
}

/** Whether a folder has neither an app nor files that imply its language. */
export async function isNewApp(folder: string): Promise<boolean> {
  const root = resolve(folder);
  return (await findManifest(root)).kind === "absent" && languageOf(root) === "javascript";
}

async function readManifest(root: string): Promise<Project> {
  const { project, diagnostics } = await readProject(root);
  if (project !== null) return project;
  throw new CliError("ERR_MANIFEST", `the manifest has errors\n\n${diagnosticsText(diagnostics)}`);
}

function languageOf(root: string): Language {
  return existsSync(join(root, "tsconfig.json")) ? "typescript" : "javascript";
}
