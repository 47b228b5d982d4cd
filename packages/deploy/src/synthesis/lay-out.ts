import { httpIntegrations } from "@arclet/manifest";
import { DeployError } from "../errors.ts";
import { referredId } from "../template/canonical-value.ts";
import { nestedStackType, type StackTemplates } from "../template/join-templates.ts";
import { httpApiId, isFunctionStackId } from "../template/logical-ids.ts";
import { checkStackLimits, limitAdvice, resourceLimit } from "../template/stack-limits.ts";
import type { Template } from "../template/template.ts";
import { withInvocationRole } from "./invocation-role.ts";
import { nestFunctions } from "./nest-functions.ts";
import { routesInBody } from "./routes-in-body.ts";

export interface LayoutOptions {
  readonly stackName: string;
  /** Of the artifacts. */
  readonly bucket: string;
  /** Ids of the functions, those that no manifest declares among them. */
  readonly functionIds: readonly string[];
  readonly permissionsBoundary: string | null;
  /** The root template that is deployed; null: nothing is. */
  readonly deployed: Template | null;
  /** Most resources of a stack before functions are moved to nested stacks. @default 500 */
  readonly resourceLimit?: number | undefined;
}

/**
 * The templates of an app: one, as long as CloudFormation takes it. The functions of a bigger app are in
 * nested stacks, and stay there when it becomes smaller again.
 * @throws DeployError `ERR_TEMPLATE_LIMIT`
 */
export function layOut(flat: Template, options: LayoutOptions): StackTemplates {
  const { deployed } = options;
  const limit = options.resourceLimit ?? resourceLimit;
  const isNested = deployed !== null && hasFunctionStacks(deployed);
  const templates =
    isNested || Object.keys(flat.Resources).length > limit
      ? nestFunctions(withSharedRoutes(withInvocationRole(flat, options), deployed), options)
      : { root: flat, nested: new Map<string, Template>() };
  checkIntegrations(flat);
  checkStackLimits(templates);
  return templates;
}

/** `arclet check` does not know whether there are static files. */
function checkIntegrations({ Resources: resources }: Template): void {
  const count = Object.values(resources).filter(
    ({ Type: type, Properties: properties }) =>
      type === "AWS::ApiGatewayV2::Integration" && referredId(properties?.["ApiId"]) === httpApiId,
  ).length;
  if (count > httpIntegrations)
    throw new DeployError(
      "ERR_TEMPLATE_LIMIT",
      `The HTTP API needs ${count} integrations, one for each function and one for static files, and API Gateway takes ${httpIntegrations}`,
      { hints: [limitAdvice] },
    );
}

function hasFunctionStacks({ Resources: resources }: Template): boolean {
  return Object.entries(resources).some(
    ([id, { Type: type }]) => type === nestedStackType && isFunctionStackId(id),
  );
}

/**
 * Routes and integrations in the body of the HTTP API, unless it is deployed with resources for them:
 * CloudFormation does not take an API from one form to the other.
 */
function withSharedRoutes(flat: Template, deployed: Template | null): Template {
  const api = flat.Resources[httpApiId];
  const before = deployed?.Resources[httpApiId];
  if (api === undefined || api.Properties?.["Body"] !== undefined) return flat;
  if (before !== undefined && before.Properties?.["Body"] === undefined) return flat;
  return routesInBody(flat, httpApiId, null);
}
