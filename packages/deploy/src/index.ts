export { deployApp, type DeployOptions, type DeployResult } from "./deploy-app.ts";
export {
  describeApp,
  manageEnv,
  type AppDescription,
  type AppOptions,
  type EnvironmentAction,
} from "./describe-app.ts";
export { destroyApp, type DestroyOptions } from "./destroy-app.ts";
export type { Stage } from "./environment.ts";
export { DeployError, deployErrorCodes, type DeployErrorCode } from "./errors.ts";
export type { DeployEvent, DeployReporter, StackChange } from "./reporter.ts";
export { stackNameOf } from "./stack/stack-name.ts";
export { tailLogs, type LogLine, type LogOptions } from "./tail-logs.ts";
export type { ZipDirectory } from "./assets/package-functions.ts";
export type { FunctionPermissions } from "./template/describe-template.ts";
export { synthesize, type Synthesis } from "./template/synthesize.ts";
export type { FunctionAsset, SynthesisOptions } from "./template/synthesis-context.ts";
export type { Template, TemplateResource, TemplateValue } from "./template/template.ts";
