import { existsSync, readdirSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import type { Diagnostic } from "../diagnostic.ts";
import type { LambdaFunction, Manifest } from "../manifest.ts";
import { checkQueues } from "../pragmas/queues.ts";
import { resolveManifest } from "../resolve.ts";
import { parseArc } from "../syntax/arc-parser.ts";
import type { Document } from "../syntax/ast.ts";
import { findManifest, manifestFileNames } from "./find-manifest.ts";
import { functionConfigNames, readFunctionConfig } from "./function-config.ts";
import { readPreferences } from "./preferences.ts";
import type { ProjectFunction, ProjectResult } from "./project.ts";

/** The manifest that Architect assumes for a folder without one. */
const defaultManifest = "@app\napp-default\n\n@http\n\n@static\n";

export interface ReadProjectOptions {
  /** Hook by which plugins extend the manifest before function folders are located. */
  readonly extend?: (manifest: Manifest) => Promise<{
    readonly manifest: Manifest;
    readonly diagnostics: readonly Diagnostic[];
  }>;
}

/** Reads a project's folder: manifest, functions' configurations, preferences, `.env`. */
export async function readProject(
  folder: string,
  options: ReadProjectOptions = {},
): Promise<ProjectResult> {
  const root = resolve(folder);
  const search = await findManifest(root);
  if (search.kind === "unreadable") return { project: null, diagnostics: [search.diagnostic] };
  const parsed =
    search.kind === "found" ? search.manifest : parseArc(defaultManifest, { file: "app.arc" });
  const diagnostics: Diagnostic[] = [...parsed.diagnostics];
  if (search.kind === "found") diagnostics.push(...remarksOnFiles(search.others, parsed.document));
  else if (looksLikeApp(root)) diagnostics.push(plainWarning("manifest-missing", assumedText));
  else
    return {
      project: null,
      diagnostics: [{ ...plainWarning("manifest-missing", absentText), severity: "error" }],
    };
  if (parsed.document.pragmas.length === 0) {
    diagnostics.push(emptyManifest(parsed.document));
    return { project: null, diagnostics };
  }
  const resolved = resolveManifest(parsed.document, { hasFunctionConfigs: true });
  diagnostics.push(...resolved.diagnostics);
  const preferences = await readPreferences(root);
  diagnostics.push(...preferences.diagnostics);
  if (resolved.manifest === null || diagnostics.some(({ severity }) => severity === "error")) {
    return { project: null, diagnostics };
  }
  const extended = await options.extend?.(resolved.manifest);
  diagnostics.push(...(extended?.diagnostics ?? []));
  const manifest = extended?.manifest ?? resolved.manifest;
  const located = manifest.functions.map((declared) => locate(root, declared, diagnostics));
  const functions = await Promise.all(
    located.map(async (declared): Promise<ProjectFunction> => {
      const { config, diagnostics: reported } = await readFunctionConfig(
        root,
        declared.directory,
        declared.config,
        manifest,
      );
      diagnostics.push(...reported);
      return { ...declared, config };
    }),
  );
  diagnostics.push(...checkQueues({ ...manifest, functions }));
  if (diagnostics.some(({ severity }) => severity === "error"))
    return { project: null, diagnostics };
  diagnostics.push(...undeclaredFolders(root, manifest));
  const manifestFile = search.kind === "found" ? search.manifest.path : null;
  const watchedFiles = [
    ...manifestFileNames.map((name) => join(root, name)),
    ...preferences.files,
    ...functions.flatMap(({ directory }) =>
      functionConfigNames.map((name) => join(directory, name)),
    ),
  ];
  return {
    project: {
      root,
      manifestFile,
      // Merged with the functions' `config.arc` files.
      manifest: { ...manifest, functions },
      functions,
      preferences: preferences.preferences,
      watchedFiles,
    },
    diagnostics,
  };
}

/** Like `readProject`, and also reports functions whose folder is missing. */
export async function checkProject(folder: string): Promise<ProjectResult> {
  const { project, diagnostics } = await readProject(folder);
  if (project === null) return { project, diagnostics };
  const missing = project.functions.filter(({ exists }) => !exists).map(missingFunction);
  return { project, diagnostics: [...diagnostics, ...missing] };
}

/** The error of a function whose folder does not exist. */
export function missingFunction(declared: LambdaFunction): Diagnostic {
  return {
    severity: "error",
    code: "function-missing",
    text: `the function ${declared.id} has no folder: Arclet looked for ${declared.sourceCandidates.join(", ")}`,
    location: declared.origin,
    notes: [{ text: 'run "arclet init" to write what is missing', location: null }],
  };
}

const places = `${manifestFileNames.slice(0, -1).join(", ")}, or "arc" in package.json`;
const absentText = `no manifest found (${places}): run "arclet init" to create one`;
const assumedText = `no manifest found (${places}): serving the folder as the app "app-default"`;

/** Architect serves such a folder without a manifest. An empty folder is more likely the wrong one. */
function looksLikeApp(root: string): boolean {
  return isFolder(join(root, "public")) || isFolder(join(root, "src"));
}

function emptyManifest({ source }: Document): Diagnostic {
  return {
    severity: "error",
    code: "manifest-empty",
    text: "the manifest is empty: begin with @app and a name on the next line",
    location: source.locate({ start: 0, end: 0 }),
    notes: [],
  };
}

function locate(
  root: string,
  declared: LambdaFunction,
  diagnostics: Diagnostic[],
): LambdaFunction & { directory: string; exists: boolean } {
  const present = declared.sourceCandidates.filter((candidate) => isFolder(join(root, candidate)));
  const [chosen, ...shadowed] = present;
  if (chosen !== undefined && shadowed.length > 0) {
    diagnostics.push({
      severity: "warning",
      code: "function-folders-ambiguous",
      text: `${declared.id} exists in both ${present.join(" and ")}: Arclet uses ${chosen}`,
      location: declared.origin,
      notes: [{ text: `remove ${shadowed.join(" and ")}, or name one with "src"`, location: null }],
    });
  }
  const directory = join(root, chosen ?? declared.sourceCandidates[0] ?? "");
  return { ...declared, directory, exists: chosen !== undefined };
}

function remarksOnFiles(others: readonly string[], document: Document): Diagnostic[] {
  if (others.length === 0) return [];
  const text = `${document.source.path} is used, and ${others.join(", ")} ${others.length === 1 ? "is" : "are"} ignored: keep one manifest`;
  return [plainWarning("manifest-duplicate", text)];
}

/** Architect 5's sandbox routed by folders alone. Reports such folders, which now need a line in the manifest. */
function undeclaredFolders(root: string, manifest: Manifest): Diagnostic[] {
  if (manifest.ws === null) return [];
  const folder = join(root, "src/ws");
  if (!isFolder(folder)) return [];
  const known = new Set(manifest.functions.flatMap(({ sourceCandidates }) => sourceCandidates));
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && /^ws-[\w-]+$/.test(entry.name))
    .filter((entry) => !known.has(`src/ws/${entry.name}`))
    .map((entry) =>
      plainWarning(
        "function-undeclared",
        `${relative(root, join(folder, entry.name))} is not in the manifest: add the line "${entry.name.slice(3)}" below @ws`,
      ),
    );
}

function plainWarning(code: string, text: string): Diagnostic {
  return { severity: "warning", code, text, location: null, notes: [] };
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}
