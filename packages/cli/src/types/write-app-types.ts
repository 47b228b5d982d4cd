import { existsSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { randomUUID } from "node:crypto";
import type { Diagnostic, Project } from "@arclet/manifest";
import { folderError } from "../project/project-folder.ts";
import { actionNames, appTypes, functionTypes } from "./app-types.ts";
import { expandContracts, type ActionSource, type Contracts } from "./expand-contracts.ts";

/** Files in which an app declares the interfaces `Messages` (what it sends) and `Rows` (what its tables hold). */
const sharedFiles = { messages: "messages", rows: "rows" } as const;
const extensions = [".ts", ".mts", ".d.ts"] as const;

export interface WrittenTypes {
  /** Absolute path of `app.d.ts`. */
  readonly file: string;
  /** False if TypeScript is not installed; actions' input and output are then `any`. */
  readonly isExpanded: boolean;
  readonly isChanged: boolean;
  /** Actions that return a result but lack `response true`. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Writes a project's `.arclet/types`. Unchanged files are not rewritten. @throws CliError `ERR_FOLDER` */
export async function writeAppTypes(project: Project): Promise<WrittenTypes> {
  const { root, manifest } = project;
  const folder = join(root, ".arclet", "types");
  const shared = join(root, manifest.shared?.src ?? "src/shared");
  const messagesFile = firstFile(shared, sharedFiles.messages);
  const rowsFile = firstFile(shared, sharedFiles.rows);
  const actions = await actionSources(project);
  const isNeeded = actions.length > 0 || messagesFile !== null || rowsFile !== null;
  const sources = { root, actions, messagesFile, rowsFile };
  const contracts = isNeeded ? await expandContracts(sources) : null;
  const rows = rowsFile === null ? null : relative(folder, rowsFile).replaceAll("\\", "/");
  const file = join(folder, "app.d.ts");
  const hasMessages = (contracts?.messages ?? null) !== null;
  const changed = [
    await writeChanged(file, appTypes(manifest, contracts)),
    await writeChanged(join(folder, "functions.d.ts"), functionTypes(manifest, rows, hasMessages)),
  ];
  return {
    file,
    isExpanded: contracts !== null || !isNeeded,
    isChanged: changed.includes(true),
    diagnostics: missingResponses(project, contracts),
  };
}

function missingResponses({ manifest }: Project, contracts: Contracts | null): Diagnostic[] {
  const silent = (manifest.ws?.routes ?? []).filter(({ hasRouteResponse }) => !hasRouteResponse);
  return silent.flatMap(({ routeKey, origin }) => {
    const contract = contracts?.actions.get(routeKey);
    if (contract === undefined || /\n {4}output: (?:void|undefined);\s*\}$/.test(contract))
      return [];
    return [
      {
        severity: "warning" as const,
        code: "ws-response-missing",
        text: `the action "${routeKey}" has a result: write "response true" below it`,
        location: origin,
        notes: [],
      },
    ];
  });
}

async function actionSources(project: Project): Promise<readonly ActionSource[]> {
  const { findHandler } = await import("@arclet/builder");
  const names = actionNames(project.manifest);
  const found = await Promise.all(
    (project.manifest.ws?.routes ?? [])
      .filter(({ routeKey }) => names.includes(routeKey))
      .map(async ({ routeKey, functionId }) => {
        const declared = project.functions.find(({ id }) => id === functionId);
        if (declared === undefined) return [];
        const handler = await findHandler(declared, project.root);
        // A handler nested in another export cannot be imported by name.
        if (handler.kind !== "node" || handler.exportPath.includes(".")) return [];
        return [{ name: routeKey, file: handler.file, exportName: handler.exportPath }];
      }),
  );
  return found.flat();
}

function firstFile(folder: string, name: string): string | null {
  const paths = extensions.map((extension) => join(folder, `${name}${extension}`));
  return paths.find((path) => existsSync(path)) ?? null;
}

/** Writes a file if it is missing or different. Returns whether it wrote. */
async function writeChanged(path: string, content: string): Promise<boolean> {
  const former = await readFile(path, "utf8").catch(() => null);
  if (former === content) return false;
  try {
    await mkdir(dirname(path), { recursive: true });
    const draft = `${path}.${randomUUID()}.tmp`;
    await writeFile(draft, content);
    await rename(draft, path);
  } catch (error) {
    throw folderError(path, error);
  }
  return true;
}
