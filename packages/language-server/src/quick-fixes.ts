import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { CodeActionKind, type CodeAction, type Diagnostic } from "vscode-languageserver";
import type { DiagnosticData } from "./diagnose.ts";

/** Quick fixes for diagnostics. */
export function quickFixes(
  path: string,
  uri: string,
  diagnostics: readonly Diagnostic[],
): CodeAction[] {
  return diagnostics.flatMap((diagnostic): CodeAction[] => {
    if (diagnostic.source !== "arclet") return [];
    // Clients return the data that `diagnose` stored.
    const { suggestion, folder } = (diagnostic.data ?? {}) as Partial<DiagnosticData>;
    const common = { kind: CodeActionKind.QuickFix, diagnostics: [diagnostic], isPreferred: true };
    if (typeof suggestion === "string") {
      const changes = { [uri]: [{ range: diagnostic.range, newText: suggestion }] };
      return [{ ...common, title: `Change to ${suggestion}`, edit: { changes } }];
    }
    if (typeof folder !== "string") return [];
    const file = pathToFileURL(join(dirname(path), folder, "index.mjs")).href;
    const start = { line: 0, character: 0 };
    return [
      {
        ...common,
        title: `Create ${folder}/index.mjs`,
        edit: {
          documentChanges: [
            { kind: "create", uri: file, options: { ignoreIfExists: true } },
            {
              textDocument: { uri: file, version: null },
              edits: [{ range: { start, end: start }, newText: handlerText(folder) }],
            },
          ],
        },
      },
    ];
  });
}

function handlerText(folder: string): string {
  const answers = /(?:^|\/)(?:ws|http)\//.test(folder);
  return answers
    ? "export async function handler(event) {\n  return { statusCode: 200 };\n}\n"
    : "export async function handler(event) {\n  console.log(event);\n}\n";
}
