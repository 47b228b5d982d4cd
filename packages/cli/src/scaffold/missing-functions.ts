import { existsSync, readFileSync } from "node:fs";
import { dirname, extname, join, posix } from "node:path";
import type { Project, ProjectFunction } from "@arclet/manifest";
import type { PlannedFile } from "./project-files.ts";
import {
  handlerTemplate,
  isEchoPage,
  pageScript,
  templateText,
  type HandlerRequest,
  type Language,
} from "./templates.ts";

export interface MissingFunctions {
  readonly files: readonly PlannedFile[];
  /** Functions in languages without a template. */
  readonly skipped: readonly { readonly functionId: string; readonly runtime: string }[];
}

/** Creates handlers for declared functions whose folder is missing. */
export function missingFunctions(project: Project, language: Language): MissingFunctions {
  const files: PlannedFile[] = [];
  const skipped: { functionId: string; runtime: string }[] = [];
  const hasSockets = project.manifest.ws !== null;
  const isModule = isModuleProject(project.root);
  for (const declared of project.functions) {
    if (declared.exists) continue;
    const { id, pragma, name, config } = declared;
    if (!config.runtime.startsWith("node")) {
      skipped.push({ functionId: id, runtime: config.runtime });
      continue;
    }
    const folder = folderFor(declared, project);
    const custom = customTemplate(project, declared);
    if (custom !== null) {
      files.push({ path: posix.join(folder, custom.name), content: custom.content });
      continue;
    }
    const request: HandlerRequest = { pragma, name, language, isModule, hasSockets };
    const handler = handlerTemplate(request);
    files.push({ path: posix.join(folder, handler.name), content: handler.content });
    if (isEchoPage(request) && project.manifest.static !== null) {
      const path = posix.join(project.manifest.static.folder, posix.basename(pageScript));
      files.push({ path, content: templateText(pageScript) });
    }
  }
  return { files, skipped };
}

/** Whether new WebSocket functions get a `ws-` folder: yes, unless the project's others have none. */
function folderFor(declared: ProjectFunction, project: Project): string {
  const [first = declared.id] = declared.sourceCandidates;
  if (declared.pragma !== "ws" || declared.sourceCandidates.length === 1) return first;
  const usesShortNames = project.functions.some(
    (other) =>
      other.pragma === "ws" &&
      other.exists &&
      other.sourceCandidates.length > 1 &&
      other.directory === join(project.root, other.sourceCandidates[0] ?? ""),
  );
  if (usesShortNames) return first;
  return (
    declared.sourceCandidates.find((path) => posix.basename(path) === `ws-${declared.name}`) ??
    first
  );
}

/** The project's own handler template, from `@create templates` in the preferences. */
function customTemplate(
  project: Project,
  { pragma }: ProjectFunction,
): { readonly name: string; readonly content: string } | null {
  const path = project.preferences.create.templates[pragma];
  if (path === undefined) return null;
  const file = join(project.root, path);
  return { name: `index${extname(file)}`, content: readFileSync(file, "utf8") };
}

/** Node's rule for `.js` (the `type` in the nearest package.json), for a folder that does not exist yet. */
function isModuleProject(root: string): boolean {
  for (let folder = root; ; folder = dirname(folder)) {
    const file = join(folder, "package.json");
    if (existsSync(file)) {
      try {
        const content: unknown = JSON.parse(readFileSync(file, "utf8"));
        return isRecord(content) && content["type"] === "module";
      } catch {
        return false; // Node itself reports a damaged package.json, with its location.
      }
    }
    if (dirname(folder) === folder) return false;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
