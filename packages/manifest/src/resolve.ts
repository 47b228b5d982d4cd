import { sessionLoginProblem } from "./rules/session-logins.ts";
import { DiagnosticLog } from "./diagnostic-log.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { didYouMean } from "./did-you-mean.ts";
import type { Manifest } from "./manifest.ts";
import { plainPragmas } from "./plain-values.ts";
import { defaultFunctionConfig } from "./pragmas/function-settings.ts";
import { PragmaContext, type ManifestDraft } from "./pragmas/pragma-context.ts";
import { pragmaReaders } from "./pragmas/registry.ts";
import { defaultStatic } from "./pragmas/static.ts";
import { checkRuntimes } from "./pragmas/check-runtime.ts";
import { checkHttpLimits } from "./pragmas/http.ts";
import { checkQueues } from "./pragmas/queues.ts";
import { checkStreams } from "./pragmas/tables-streams.ts";
import type { Document, PragmaNode } from "./syntax/ast.ts";

export interface ResolveResult {
  /** null if there are errors. */
  readonly manifest: Manifest | null;
  readonly diagnostics: readonly Diagnostic[];
}

export interface ResolveOptions {
  /**
   * Whether functions' `config.arc` files are read afterwards. Rules that depend on them are then left to
   * the caller.
   * @default false
   */
  readonly hasFunctionConfigs?: boolean;
}

/** Resolves a parsed document into the checked manifest, with all defaults filled in. */
export function resolveManifest(document: Document, options: ResolveOptions = {}): ResolveResult {
  const log = new DiagnosticLog(document.source);
  const context = new PragmaContext(log, createDraft(), defaultFunctionConfig);
  const byName = groupByName(document.pragmas);
  for (const [name, read] of Object.entries(pragmaReaders)) {
    const [first, ...again] = byName.get(name) ?? [];
    if (first === undefined) continue;
    // The parser has reported pragmas that appear twice. Their lines are read as one.
    const body = [first, ...again].flatMap((pragma) => pragma.body);
    read({ ...first, body }, context);
  }
  checkPragmas(document, context);
  checkRuntimes(context.awsSettings, context.draft.plugins.length > 0, log);
  checkHttpLimits(context);
  checkStreams(context, (functionId) => spanOfStream(document, functionId));
  checkAuth(byName, context);
  const { draft } = context;
  draft.pragmas = plainPragmas(document);
  if (draft.shared === null) draft.shared = { src: "src/shared", only: null };
  if (draft.views === null) draft.views = { src: "src/views", only: null };
  const diagnostics = [...log.diagnostics];
  if (options.hasFunctionConfigs !== true) diagnostics.push(...checkQueues(draft));
  const hasErrors = diagnostics.some(({ severity }) => severity === "error");
  return {
    manifest: hasErrors ? null : deepFreeze<Manifest>(draft),
    diagnostics: diagnostics.toSorted(byPosition),
  };
}

/** Sorts diagnostics by their position in the file. */
function byPosition(a: Diagnostic, b: Diagnostic): number {
  const [first, second] = [a.location, b.location];
  if (first === null || second === null) return Number(first !== null) - Number(second !== null);
  return first.line - second.line || first.column - second.column;
}

function createDraft(): ManifestDraft {
  return {
    app: "",
    functions: [],
    http: null,
    ws: null,
    rooms: [],
    tables: [],
    tableStreams: [],
    events: [],
    queues: [],
    schedules: [],
    static: defaultStatic,
    shared: null,
    views: null,
    proxy: null,
    cdn: false,
    cors: null,
    domains: { staging: null, production: null },
    aws: {
      region: null,
      profile: null,
      bucket: null,
      protect: null,
      logRetention: 30,
      permissionsBoundary: null,
      tags: {},
      deadLetters: false,
      alarms: null,
      apigateway: "http",
    },
    plugins: [],
    pragmas: {},
  };
}

function groupByName(pragmas: readonly PragmaNode[]): Map<string, PragmaNode[]> {
  const groups = new Map<string, PragmaNode[]>();
  for (const pragma of pragmas) {
    const group = groups.get(pragma.name);
    if (group === undefined) groups.set(pragma.name, [pragma]);
    else group.push(pragma);
  }
  return groups;
}

function checkPragmas(document: Document, context: PragmaContext): void {
  const { log, draft } = context;
  if (!document.pragmas.some(({ name }) => name === "app")) {
    log.error({
      code: "app-missing",
      text: "the manifest has no @app: begin with @app and a name on the next line",
      span: { start: 0, end: 0 },
    });
  }
  for (const { name, span } of document.pragmas) {
    if (Object.hasOwn(pragmaReaders, name)) continue;
    const known = didYouMean(name, Object.keys(pragmaReaders));
    // An unknown pragma may belong to a plugin. Without plugins, one close to a known name is a typo.
    if (draft.plugins.length > 0) continue;
    const suggestion = known === null ? null : `@${known}`;
    const hint =
      suggestion === null ? "no declared plugin provides it" : `did you mean ${suggestion}?`;
    const remark = {
      code: "pragma-unknown" as const,
      text: `@${name} is not a known pragma: ${hint}`,
      span,
      suggestion,
    };
    if (known === null) log.warning(remark);
    else log.error(remark);
  }
}

function checkAuth(byName: ReadonlyMap<string, PragmaNode[]>, { draft, log }: PragmaContext): void {
  const problem = sessionLoginProblem(draft.ws?.auth ?? [], byName.has("domain"));
  if (problem === null) return;
  const [pragma] = byName.get("ws-settings") ?? [];
  log.warning({
    code: "ws-auth-session",
    text: `${problem.text}. ${problem.remedy}`,
    span: pragma?.span ?? { start: 0, end: 0 },
  });
}

function spanOfStream(document: Document, functionId: string): { start: number; end: number } {
  const name = functionId.slice(functionId.indexOf("/") + 1);
  for (const pragma of document.pragmas) {
    if (pragma.name !== "tables-streams" && pragma.name !== "streams") continue;
    for (const node of pragma.body) {
      if (node.kind === "line" && node.values[0]?.text === name) return node.span;
    }
  }
  return { start: 0, end: 0 };
}

function deepFreeze<Value extends object>(value: Value): Value {
  for (const inner of Object.values(value)) {
    if (typeof inner === "object" && inner !== null && !Object.isFrozen(inner)) deepFreeze(inner);
  }
  return Object.freeze(value);
}
