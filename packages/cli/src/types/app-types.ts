import type { Manifest } from "@arclet/manifest";
import type { Contracts } from "./expand-contracts.ts";

const head =
  "// Written by arclet from the manifest and the handlers. It is written again when they change.\n";

/**
 * Text of `.arclet/types/app.d.ts`: the app's types for pages and tests. It imports nothing, so that compiling a
 * page never includes server code.
 */
export function appTypes(manifest: Manifest, contracts: Contracts | null): string {
  const actions = actionNames(manifest).map((name) => {
    const contract = contracts?.actions.get(name) ?? "{ input: any; output: any }";
    return `    ${JSON.stringify(name)}: ${contract.replaceAll("\n", "\n    ")};\n`;
  });
  const messages = contracts?.messages ?? "Record<string, any>";
  const rows = contracts?.rows ?? "{}";
  return (
    `${head}export interface App {\n` +
    `  actions: {${actions.length === 0 ? "" : `\n${actions.join("")}  `}};\n` +
    `  messages: ${messages.replaceAll("\n", "\n  ")};\n` +
    `  tables: ${union(manifest.tables.map(({ name }) => name))};\n` +
    `  rows: ${rows.replaceAll("\n", "\n  ")};\n` +
    `  events: ${union(manifest.events.map(({ name }) => name))};\n` +
    `  queues: ${union(manifest.queues.map(({ name }) => name))};\n` +
    `  rooms: ${union(manifest.rooms.map(({ name }) => name))};\n` +
    "}\n"
  );
}

/**
 * Text of `.arclet/types/functions.d.ts`: the app's names, which make `@arclet/functions` complete and check them.
 *
 * @param rows import specifier of the file that exports the interface `Rows`, relative to the written file; null without one
 */
export function functionTypes(
  manifest: Manifest,
  rows: string | null,
  hasMessages: boolean,
): string {
  const tables = manifest.tables.map(({ name }) => {
    const key = JSON.stringify(name);
    const row =
      rows === null
        ? "Item"
        : `import(${JSON.stringify(rows)}).Rows extends { ${key}: infer Row extends object } ? Row : Item`;
    return `      ${key}: ${row};\n`;
  });
  return (
    `${head}import type { Item } from "@arclet/functions";\n` +
    `import type { App } from "./app.d.ts";\n\n` +
    'declare module "@arclet/functions" {\n  interface Register {\n' +
    `    tables: {${tables.length === 0 ? "" : `\n${tables.join("")}    `}};\n` +
    '    events: App["events"];\n    queues: App["queues"];\n    rooms: App["rooms"];\n' +
    (hasMessages ? '    messages: App["messages"];\n' : "") +
    "  }\n}\n"
  );
}

/** Names of the app's actions. */
export function actionNames({ ws }: Manifest): readonly string[] {
  return (ws?.routes ?? []).map(({ routeKey }) => routeKey).filter((key) => !key.startsWith("$"));
}

function union(names: readonly string[]): string {
  return names.length === 0 ? "never" : names.map((name) => JSON.stringify(name)).join(" | ");
}
