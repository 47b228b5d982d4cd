import type { Diagnostic } from "../diagnostic.ts";
import type { LambdaFunction, Manifest } from "../manifest.ts";

export type EnvironmentName = "testing" | "staging" | "production";

/** A function with the folder it was found in. */
export interface ProjectFunction extends LambdaFunction {
  /** Absolute path of the folder that holds the handler; the first candidate when none exists. */
  readonly directory: string;
  readonly exists: boolean;
}

/** Merged from `preferences.arc` or `prefs.arc` of the project and of the home folder, and `.env`. */
export interface Preferences {
  readonly env: { readonly [E in EnvironmentName]: { readonly [name: string]: string } };
  readonly sandbox: {
    readonly ports: { readonly [name: string]: number };
    readonly env: EnvironmentName | null;
    readonly seedData: string | null;
    readonly externalDb: boolean;
    readonly useAws: boolean;
    readonly livereload: boolean;
    readonly coldstart: boolean;
  };
  /** Shell commands of `@sandbox-start`. */
  readonly startCommands: readonly string[];
  readonly create: {
    readonly autocreate: boolean;
    readonly templates: { readonly [pragma: string]: string };
  };
}

/** Everything read from a project's folder. No other code reads the manifest's files again. */
export interface Project {
  /** Absolute. */
  readonly root: string;
  /** Absolute; null if there is none and the default app is assumed. */
  readonly manifestFile: string | null;
  readonly manifest: Manifest;
  readonly functions: readonly ProjectFunction[];
  readonly preferences: Preferences;
  /** Files whose change changes the project: manifest, configs, preferences, `.env`. Absolute. */
  readonly watchedFiles: readonly string[];
}

export interface ProjectResult {
  /** null if errors make it unusable. */
  readonly project: Project | null;
  readonly diagnostics: readonly Diagnostic[];
}
