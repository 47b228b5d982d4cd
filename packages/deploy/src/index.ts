export { deployApp } from "./deploy-app.ts";
export type { DeployOptions, DeployResult } from "./deploy-options.ts";
export { architectView, type ArchitectView } from "./synthesis/architect-view.ts";
export { planApp, type DeployPlan } from "./plan-app.ts";
export { type PlannedChange } from "./planned-changes.ts";
export { rollBack, type RollBackOptions } from "./roll-back.ts";
export type { AppOptions } from "./app-stack.ts";
export { describeApp, type AppDescription } from "./describe-app.ts";
export { manageEnv, type EnvironmentAction } from "./manage-env.ts";
export {
  destroyApp,
  type DestroyDecision,
  type DestroyOptions,
  type DestroyPlan,
} from "./destroy-app.ts";
export type { AccountFlags } from "./aws/credential-source.ts";
export type { Stage } from "./environment.ts";
export { DeployError, deployErrorCodes, type DeployErrorCode } from "./errors.ts";
export type { DeployEvent, DeployReporter, StackChange } from "./reporter.ts";
export { stackNameOf } from "./stack/stack-name.ts";
export { tailLogs, type LogLine, type LogOptions } from "./tail-logs.ts";
export type { FunctionPermissions } from "./template/describe-template.ts";
export { layOut, type LayoutOptions } from "./synthesis/lay-out.ts";
export { synthesize, type Synthesis } from "./synthesis/synthesize.ts";
export { resourceLimit } from "./template/stack-limits.ts";
export { joinTemplates, type StackTemplates } from "./template/join-templates.ts";
export type { FunctionAsset, SynthesisOptions } from "./resources/synthesis-context.ts";
export type { Template, TemplateResource, TemplateValue } from "./template/template.ts";
