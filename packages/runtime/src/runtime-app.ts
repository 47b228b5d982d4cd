import type { BuiltFunction } from "@arclet/builder";
import type { Diagnostic, FunctionConfig, Manifest } from "@arclet/manifest";

/** A function to run. */
export interface RuntimeFunction {
  readonly functionId: string;
  readonly config: FunctionConfig;
  /** Environment variables of the function, in addition to Lambda's. */
  readonly env: { readonly [name: string]: string };
  /**
   * With a failed build, invocations fail like an init error, as with a broken deployment. Invocations of a
   * function that is still being built wait for an `update` with its build.
   */
  readonly build:
    | { readonly ok: true; readonly built: BuiltFunction }
    | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] }
    | "pending";
}

/** The parts of an app that change when the manifest or a function is edited. */
export interface RuntimeApp {
  readonly manifest: Manifest;
  /** Absolute project folder. */
  readonly root: string;
  readonly functions: readonly RuntimeFunction[];
  /** Variables the user set for all functions. Logins and origins of sockets use them. @default empty */
  readonly env?: { readonly [name: string]: string };
  /** Additional values that functions can discover, from plugins: `{ <plugin>: { <key>: <value> } }`. @default none */
  readonly services?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Adds a script to pages that reloads them when they change (`page-changed`). @default false */
  readonly livereload?: boolean;
}
