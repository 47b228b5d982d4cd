export { pragmaNames } from "./pragmas/registry.ts";
export { CodedError, systemErrorCode, type CodedErrorOptions } from "./coded-error.ts";
export type { Diagnostic, DiagnosticNote, Location } from "./diagnostic.ts";
export { diagnosticCodes, type DiagnosticCode } from "./diagnostic-codes.ts";
export { didYouMean } from "./did-you-mean.ts";
export {
  asyncInvocationDefaults,
  asyncRetryDelaysSeconds,
  eventSources,
  streamRetentionSeconds,
  type AsyncInvocation,
  type EventSources,
  type QueueSource,
  type RoomSource,
  type ScheduleSource,
  type StreamPolling,
  type StreamSource,
  type TopicSource,
} from "./event-sources.ts";
export { formatDiagnostics, type DiagnosticFormatOptions } from "./format-diagnostic.ts";
export type * from "./manifest.ts";
export { functionPragmas } from "./manifest.ts";
export {
  arnOf,
  defaultRegion,
  deadLetterQueueName,
  localAccount,
  localFunctionName,
  localName,
  localPlace,
  localQueueName,
  localTableNames,
  logGroupOf,
  logGroupOfFunction,
  partitionOf,
  stackNameOf,
  type DeployStage,
  type Place,
} from "./names.ts";
export type {
  EnvironmentName,
  Preferences,
  Project,
  ProjectFunction,
  ProjectResult,
} from "./project/project.ts";
export { keepAlive } from "./keep-alive.ts";
export { canRollOver, rollOver } from "./roll-over.ts";
export { defaultFunctionConfig } from "./pragmas/function-settings.ts";
export { httpIntegrations } from "./pragmas/http.ts";
export { responseRoutesOf, responseRoutesVariable } from "./response-routes.ts";
export { plainPragmas } from "./plain-values.ts";
export { resolveManifest, type ResolveResult } from "./resolve.ts";
export {
  functionPragmaCatalog,
  highestPort,
  pragmaCatalog,
  preferencesCatalog,
  type PragmaEntry,
  type SettingEntry,
} from "./rules/pragma-catalog.ts";
export {
  reservedVariables,
  variableNameProblem,
  variablesLimit,
} from "./rules/environment-variables.ts";
export { sessionLoginProblem } from "./rules/session-logins.ts";
export {
  judgeRuntime,
  newProjectRuntime,
  runtimeIdentifiers,
  runtimeOf,
  type RuntimeVerdict,
} from "./rules/runtimes.ts";
export {
  parseSchedule,
  type CronFields,
  type ParsedSchedule,
} from "./rules/schedule-expression.ts";
export { realtimeVariables } from "./realtime-variables.ts";
export { scheduledEvent, type ScheduledEventValues } from "./scheduled-event.ts";
export { mostProjectedByIndex } from "./rules/table-index.ts";
export { isRootVariable } from "./root-variable.ts";
export { SourceFile, type Span } from "./source-file.ts";
export { parseArc, type ParseResult } from "./syntax/arc-parser.ts";
export { printArc } from "./syntax/arc-printer.ts";
export type {
  BodyNode,
  CommentNode,
  Document,
  LineNode,
  PragmaNode,
  Scalar,
} from "./syntax/ast.ts";
