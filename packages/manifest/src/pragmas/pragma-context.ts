import type { DiagnosticCode } from "../diagnostic-codes.ts";
import type { DiagnosticLog } from "../diagnostic-log.ts";
import type { Location } from "../diagnostic.ts";
import type { FunctionConfig, FunctionPragma, LambdaFunction, Manifest } from "../manifest.ts";
import type { Span } from "../source-file.ts";
import type { PragmaNode } from "../syntax/ast.ts";
import type { Setting } from "./setting.ts";

/** A manifest under construction. */
export type ManifestDraft = {
  -readonly [Key in keyof Manifest]: Manifest[Key] extends readonly (infer Item)[]
    ? Item[]
    : Manifest[Key];
};

export interface FunctionEntry {
  readonly pragma: FunctionPragma;
  readonly name: string;
  /** `src` of the manifest. */
  readonly src: string | null;
  /** Folders below `src/<pragma>/`, preferred first. */
  readonly folders: readonly string[];
  readonly span: Span;
  readonly config?: Partial<FunctionConfig>;
}

/** State shared by the readers of all pragmas. */
export class PragmaContext {
  readonly log: DiagnosticLog;
  readonly draft: ManifestDraft;
  /** Defaults of every function: Architect's, overridden by `@aws`. */
  functionDefaults: FunctionConfig;
  /** Settings of `@aws`, kept because some can only be checked once `@plugins` is read. */
  awsSettings: readonly Setting[] = [];
  /** Span of each HTTP route, in the order of the routes. */
  readonly routeSpans: Span[] = [];
  readonly #functionSpans = new Map<string, Span>();

  constructor(log: DiagnosticLog, draft: ManifestDraft, functionDefaults: FunctionConfig) {
    this.log = log;
    this.draft = draft;
    this.functionDefaults = functionDefaults;
  }

  locate(span: Span): Location {
    return this.log.source.locate(span);
  }

  /** Reports an invalid setting at its value. `must` continues the sentence after the setting's name: "must be …". */
  wrongSetting({ key, values }: Setting, must: string, code: DiagnosticCode): void {
    const span = values[0]?.span ?? key.span;
    this.log.error({ code, text: `"${key.text}" ${must}`, span });
  }

  /** Adds a function and returns its id; returns null and reports an error when the name is taken. */
  addFunction(entry: FunctionEntry): string | null {
    const { pragma, name, src, folders, span } = entry;
    const id = `${pragma}/${name}`;
    const former = this.#functionSpans.get(id);
    if (former !== undefined) {
      this.log.error({
        code: "function-duplicate",
        text: `the function ${id} is declared twice`,
        span,
        notes: [this.log.note("first declared here", former)],
      });
      return null;
    }
    this.#functionSpans.set(id, span);
    const declared: LambdaFunction = {
      id,
      pragma,
      name,
      sourceCandidates: src === null ? folders.map((folder) => `src/${pragma}/${folder}`) : [src],
      config: { ...this.functionDefaults, ...entry.config },
      origin: this.locate(span),
    };
    this.draft.functions.push(declared);
    return id;
  }
}

/** Reads one pragma's lines into the draft and reports errors to the log. */
export type PragmaReader = (pragma: PragmaNode, context: PragmaContext) => void;
