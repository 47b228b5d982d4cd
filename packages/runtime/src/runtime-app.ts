import type { BuiltFunction } from "@arclet/builder";
import type { Diagnostic, FunctionConfig, Manifest } from "@arclet/manifest";

/** One function as the runtime is to run it. */
export interface RuntimeFunction {
  readonly functionId: string;
  readonly config: FunctionConfig;
  /** Environment of the function besides what Lambda sets. */
  readonly env: { readonly [name: string]: string };
  /**
   * A failed build answers invocations as a failed init, as a broken deployment would. Invocations of
   * a function that is still being built wait for an `update` with its build.
   */
  readonly build:
    | { readonly ok: true; readonly built: BuiltFunction }
    | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] }
    | "pending";
}

/** What changes when the manifest or a function is edited. */
export interface RuntimeApp {
  readonly manifest: Manifest;
  /** Absolute project folder. */
  readonly root: string;
  readonly functions: readonly RuntimeFunction[];
  /** What a person set for all functions. Sockets' logins and origins go by it. @default empty */
  readonly env?: { readonly [name: string]: string };
  /** What plugins let functions discover besides: `{ <plugin>: { <key>: <value> } }`. @default none */
  readonly services?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Pages get a script that loads them again when they change (`page-changed`). @default false */
  readonly livereload?: boolean;
}
