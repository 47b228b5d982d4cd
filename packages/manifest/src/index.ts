export type { Diagnostic, DiagnosticNote, Location } from "./diagnostic.ts";
export type * from "./manifest.ts";
export type {
  EnvironmentName,
  Preferences,
  Project,
  ProjectFunction,
  ProjectResult,
} from "./project.ts";
