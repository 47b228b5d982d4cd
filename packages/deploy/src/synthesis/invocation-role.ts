import { canonicalText, referredId, referredIds } from "../template/canonical-value.ts";
import {
  functionLogicalId,
  functionNamePrefix,
  nestedFunctionName,
} from "../template/logical-ids.ts";
import { serviceRole } from "../template/service-role.ts";
import { attribute, sub } from "../template/template.ts";
import type { Template, TemplateResource, TemplateValue } from "../template/template.ts";

export const invocationRoleId = "ApiInvocation";
/** Their functions are invoked by API Gateway alone, but for those of plugins. */
const apiPragmas: ReadonlySet<string> = new Set(["http", "ws"]);

export interface InvocationRoleOptions {
  readonly stackName: string;
  readonly functionIds: readonly string[];
  /** Policy that bounds every role of the app; null: none does. */
  readonly permissionsBoundary: string | null;
}

/**
 * One role by which API Gateway invokes functions, in place of a permission of each: integrations name it.
 * It may invoke the app's functions for HTTP and sockets, and others that have an integration.
 */
export function withInvocationRole(flat: Template, options: InvocationRoleOptions): Template {
  const ids = new Map(options.functionIds.map((id) => [functionLogicalId(id), id]));
  const resources: Record<string, TemplateResource> = {};
  /** Logical ids of APIs and functions: those of which the role takes care. */
  const pairs = new Set<string>();
  const invoked = new Set<string>();
  for (const [id, resource] of Object.entries(flat.Resources)) {
    const target = integrationTarget(resource, flat, ids);
    if (target === null) {
      resources[id] = resource;
      continue;
    }
    pairs.add(`${target.apiId} ${target.lambdaId}`);
    invoked.add(ids.get(target.lambdaId) ?? "");
    resources[id] = {
      ...resource,
      Properties: { ...resource.Properties, CredentialsArn: attribute(invocationRoleId, "Arn") },
    };
  }
  if (invoked.size === 0) return flat;
  for (const [id, resource] of Object.entries(resources))
    if (isGranted(resource, flat, pairs)) delete resources[id];
  resources[invocationRoleId] = roleOf([...invoked].toSorted(), options);
  return { ...flat, Resources: resources };
}

function integrationTarget(
  { Type: type, Properties: properties = {} }: TemplateResource,
  flat: Template,
  ids: ReadonlyMap<string, string>,
): { readonly apiId: string; readonly lambdaId: string } | null {
  if (type !== "AWS::ApiGatewayV2::Integration") return null;
  if (properties["CredentialsArn"] !== undefined) return null;
  const apiId = referredId(properties["ApiId"]);
  const lambdaId = functionOf(properties["IntegrationUri"], flat);
  return apiId === null || lambdaId === null || !ids.has(lambdaId) ? null : { apiId, lambdaId };
}

/** The function that a value refers to, itself or over its alias. */
function functionOf(
  value: TemplateValue | undefined,
  { Resources: resources }: Template,
): string | null {
  for (const id of value === undefined ? [] : referredIds(value)) {
    const { Type: type, Properties: properties } = resources[id] ?? {};
    if (type === "AWS::Lambda::Function") return id;
    if (type === "AWS::Lambda::Alias") return referredId(properties?.["FunctionName"]);
  }
  return null;
}

/** A permission that the role replaces. Authorizers are not integrations: they keep theirs. */
function isGranted(
  { Type: type, Properties: properties = {} }: TemplateResource,
  flat: Template,
  pairs: ReadonlySet<string>,
): boolean {
  if (type !== "AWS::Lambda::Permission") return false;
  if (properties["Principal"] !== "apigateway.amazonaws.com") return false;
  const source = canonicalText(properties["SourceArn"]) ?? "";
  if (source.includes("/authorizers/")) return false;
  const lambdaId = functionOf(properties["FunctionName"], flat);
  return [...source.matchAll(/<([A-Za-z0-9]+)>/g)].some(([, apiId = ""]) =>
    pairs.has(`${apiId} ${lambdaId}`),
  );
}

function roleOf(
  functionIds: readonly string[],
  { stackName, permissionsBoundary }: InvocationRoleOptions,
): TemplateResource {
  const names = new Set(
    functionIds.map((id) => {
      const [pragma = ""] = id.split("/");
      // Three hundred names are more than a role's policies may have characters.
      return apiPragmas.has(pragma)
        ? `${functionNamePrefix(stackName, pragma)}*`
        : nestedFunctionName(stackName, id);
    }),
  );
  return serviceRole({
    service: "apigateway",
    statements: [
      {
        Effect: "Allow",
        Action: ["lambda:InvokeFunction"],
        Resource: [...names].flatMap((name) => {
          const arn = `arn:\${AWS::Partition}:lambda:\${AWS::Region}:\${AWS::AccountId}:function:${name}`;
          // The alias of a function whose concurrency is provisioned.
          return name.endsWith("*") ? [sub(arn)] : [sub(arn), sub(`${arn}:*`)];
        }),
      },
    ],
    permissionsBoundary,
  });
}
