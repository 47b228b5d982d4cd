import { describe, expect, test } from "vitest";
import { pragmaReaders } from "../../src/pragmas/registry.ts";
import { resolveManifest } from "../../src/resolve.ts";
import { pragmaCatalog, type SettingEntry } from "../../src/rules/pragma-catalog.ts";
import { parseArc } from "../../src/syntax/arc-parser.ts";

/** What each pragma's entries are written below. */
const entries: Readonly<Record<string, string>> = {
  domain: "production",
  http: "/dogs",
  ws: "say",
  rooms: "chat",
  events: "said",
  queues: "jobs",
  scheduled: "daily rate(1 day)",
  tables: "cats",
  "tables-indexes": "cats",
  "tables-streams": "changes",
};
/** Settings that another one has to be beside. */
const beside: Readonly<Record<string, readonly string[]>> = {
  "aws applicationLogLevel": ["logFormat JSON"],
  "aws systemLogLevel": ["logFormat JSON"],
  "cors credentials": ["origins https://example.com"],
  "queues batchSize": ["fifo false"],
  "queues batchWindow": ["fifo false"],
  "tables-streams batchSize": ["table cats"],
};

function problemsOf(pragma: string, setting: string, value: string): readonly string[] {
  const entry = entries[pragma];
  const line = `${setting} ${value}`;
  const others = beside[`${pragma} ${setting}`] ?? [];
  const all = [...others, line].map((text) => (entry === undefined ? text : `  ${text}`));
  const above = { app: "app", tables: "cats\n  id *String", ws: "" };
  const sections = Object.entries(above)
    .filter(([name]) => name !== pragma)
    .map(([name, body]) => `@${name}\n${body}\n`);
  const keys = pragma === "tables" || pragma === "tables-indexes" ? ["  id *String"] : [];
  const own = [`@${pragma}`, ...(entry === undefined ? [] : [entry]), ...keys, ...all].join("\n");
  const { document } = parseArc([...sections, own].join("\n"), { file: "app.arc" });
  return (
    resolveManifest(document)
      .diagnostics.filter(({ text }) => text.includes(`"${setting}"`))
      // Another rule, about the function behind the queue.
      .filter(({ text }) => !text.includes("its function's timeout"))
      .map(({ text }) => text)
  );
}

const settings = Object.entries(pragmaCatalog).flatMap(([pragma, entry]) =>
  Object.entries({ ...entry.settings, ...entry.entrySettings }).map(
    ([name, setting]) => [pragma, name, setting] as const,
  ),
);

/** Values that the catalog allows; null when it names none. */
function allowed(setting: SettingEntry): readonly string[] | null {
  if (setting.kind === "integer") return [String(setting.minimum), String(setting.maximum)];
  if (setting.kind === "flag") return ["true", "false", ""];
  if (setting.kind === "words") return [...setting.words, ...(setting.isFlag ? ["true"] : [])];
  return null;
}

function refused(setting: SettingEntry): readonly string[] {
  if (setting.kind === "integer") {
    return [String(setting.minimum - 1), String(setting.maximum + 1), "many"];
  }
  return setting.kind === "flag" ? ["perhaps"] : [];
}

describe("the catalog of pragmas", () => {
  test("has pragmas that are read", () => {
    for (const name of Object.keys(pragmaCatalog)) expect(pragmaReaders).toHaveProperty(name);
  });

  test.each(settings)("@%s %s is read, with what it may be", (pragma, name, setting) => {
    for (const value of allowed(setting) ?? ["x"]) {
      const problems = problemsOf(pragma, name, value);
      const unknown = problems.filter((text) => text.includes("has no setting"));
      expect(setting.kind === "text" || setting.kind === "list" ? unknown : problems).toEqual([]);
    }
  });

  const strict = settings.filter(
    ([pragma, , setting]) => refused(setting).length > 0 && pragma !== "tables",
  );
  test.each(strict)("@%s %s refuses anything else", (pragma, name, setting) => {
    const taken = refused(setting).filter((value) => problemsOf(pragma, name, value).length === 0);
    expect(taken).toEqual([]);
  });
});
