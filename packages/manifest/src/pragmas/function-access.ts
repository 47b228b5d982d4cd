import type { DiagnosticLog } from "../diagnostic-log.ts";
import { didYouMean } from "../did-you-mean.ts";
import type { FunctionAccess, Manifest } from "../manifest.ts";
import { headOf, linesOf, type LineNode, type PragmaNode, type Scalar } from "../syntax/ast.ts";
import { flagOf, settingOf } from "./settings.ts";

/** Kinds of resources that `@access` can grant. */
export type Accessible = Pick<Manifest, "tables" | "events" | "queues" | "ws" | "rooms" | "static">;

const kinds = ["tables", "events", "queues", "connections", "rooms", "static"] as const;

/** Reads `@access` in a function's `config.arc`: the function may use only the resources listed. */
export function readAccess(
  pragma: PragmaNode,
  app: Accessible,
  log: DiagnosticLog,
): FunctionAccess {
  const access = {
    tables: new Map<string, boolean>(),
    events: new Set<string>(),
    queues: new Set<string>(),
  };
  let hasConnections = false;
  let hasRooms = false;
  let staticFiles: FunctionAccess["staticFiles"] = "none";
  for (const line of linesOf(pragma.body)) {
    const kind = kinds.find((name) => name === headOf(line).text);
    switch (kind) {
      case "connections":
        hasConnections = app.ws !== null && flagOf(settingOf(line)) === true;
        break;
      case "rooms":
        hasRooms = flagOf(settingOf(line)) === true;
        if (hasRooms && app.rooms.length === 0 && (app.ws?.auth.length ?? 0) === 0) {
          hasRooms = false;
          log.error({
            code: "access-invalid",
            text: "the app has no rooms: add @rooms, with one kind of rooms per line",
            span: headOf(line).span,
          });
        }
        break;
      case "static": {
        const [, word] = line.values;
        if (word !== undefined && word.text !== "read")
          wrong(log, word, ["read"], "kind of access");
        else if (app.static !== null) staticFiles = word === undefined ? "write" : "read";
        break;
      }
      case "tables":
        for (const [name, word] of itemsOf(line)) {
          if (name === undefined || !isKnown(name, "table", app.tables, log)) continue;
          if (word !== undefined && word.text !== "read")
            wrong(log, word, ["read"], "kind of access");
          else access.tables.set(name.text, word !== undefined);
        }
        break;
      case "events":
      case "queues":
        for (const [name] of itemsOf(line))
          if (name !== undefined && isKnown(name, kind.slice(0, -1), app[kind], log))
            access[kind].add(name.text);
        break;
      default:
        wrong(log, headOf(line), kinds, "kind of resource");
    }
  }
  return {
    tables: [...access.tables].map(([name, isReadOnly]) => ({ name, isReadOnly })),
    events: [...access.events],
    queues: [...access.queues],
    hasConnections,
    hasRooms,
    staticFiles,
  };
}

/** Names after the kind on its line, and lines below it, which may have a second word such as `read`. */
function itemsOf(line: LineNode): readonly (readonly Scalar[])[] {
  const [, ...inline] = line.values;
  return [...inline.map((name) => [name]), ...linesOf(line.children).map(({ values }) => values)];
}

function isKnown(
  { text, span }: Scalar,
  kind: string,
  items: readonly { readonly name: string }[],
  log: DiagnosticLog,
): boolean {
  const names = items.map(({ name }) => name);
  if (names.includes(text)) return true;
  const suggestion = didYouMean(text, names);
  const hint = suggestion === null ? "" : `: did you mean "${suggestion}"?`;
  log.error({
    code: "access-invalid",
    text: `the app has no ${kind} "${text}"${hint}`,
    span,
    suggestion,
  });
  return false;
}

function wrong(
  log: DiagnosticLog,
  { text, span }: Scalar,
  known: readonly string[],
  what: string,
): void {
  log.error({
    code: "access-invalid",
    text: `"${text}" is not a valid ${what}: use ${known.join(", ")}`,
    span,
    suggestion: didYouMean(text, known),
  });
}
