import { DeployError } from "../errors.ts";
import type { FunctionPragma, Manifest } from "@arclet/manifest";
import {
  functionLogicalId,
  httpApiId,
  logicalId,
  queueLogicalId,
  tableLogicalId,
  topicLogicalId,
  webSocketApiId,
} from "../template/logical-ids.ts";
import { referredIds } from "../template/canonical-value.ts";
import { renameResources } from "../template/rename-resources.ts";
import type { Template, TemplateValue } from "../template/template.ts";
import { trustOf } from "../template/service-role.ts";
import { withPolicies } from "./role-policies.ts";

type Mutable = Record<string, unknown>;
type Resources = Record<string, Mutable>;

/** Converts a template to one with Architect's names for plugins, and back. */
export interface ArchitectView {
  /** Arclet's resources, and beside them Architect's names for the same. Plugins change it in place. */
  readonly template: Template;
  /** The template as changed, with Arclet's names alone. @param changed What the plugins left. */
  restore(changed: Template): Template;
}

const roleId = "Role";
const functionType = "AWS::Serverless::Function";
/** What Architect appends to a function's name. */
const suffixes: { readonly [Pragma in FunctionPragma]: string } = {
  http: "HTTPLambda",
  ws: "WSLambda",
  events: "EventLambda",
  queues: "QueueLambda",
  scheduled: "ScheduleLambda",
  "tables-streams": "TableStreamLambda",
  // Architect has none: no plugin looks for it.
  rooms: "RoomsLambda",
  customLambdas: "CustomLambda",
};

/** @param template Of the manifest; it is copied. */
export function architectView(template: Template, manifest: Manifest): ArchitectView {
  const view = structuredClone(template) as unknown as { Resources: Resources };
  const names = new Map<string, string>();
  const alias = (name: string, id: string, resource: Mutable | undefined): void => {
    // A stack that was taken over has Architect's names itself.
    if (resource === undefined || view.Resources[name] !== undefined) return;
    view.Resources[name] = resource;
    names.set(name, id);
  };
  const same = (name: string, id: string): void => alias(name, id, view.Resources[id]);
  same("HTTP", httpApiId);
  same("WS", webSocketApiId);
  for (const { name } of manifest.tables) same(`${pascal(name)}Table`, tableLogicalId(name));
  for (const { name } of manifest.events) same(`${pascal(name)}EventTopic`, topicLogicalId(name));
  for (const { name } of manifest.queues) same(`${pascal(name)}Queue`, queueLogicalId(name));
  const roles: string[] = [];
  for (const { id, name, pragma } of manifest.functions) {
    const real = view.Resources[functionLogicalId(id)];
    if (real === undefined) continue;
    roles.push(logicalId("Role", id));
    // Architect leaves out the zeros that stand for `:` in names of folders.
    const known = `${pascal(name.replaceAll("000", ""))}${suffixes[pragma]}`;
    const { Role: _role, Code: _code, ...properties } = real["Properties"] as Mutable;
    alias(known, functionLogicalId(id), {
      Type: functionType,
      Properties: { ...properties, Policies: [] },
    });
  }
  if (view.Resources[roleId] === undefined)
    view.Resources[roleId] = {
      Type: "AWS::IAM::Role",
      Properties: {
        AssumeRolePolicyDocument: trustOf("lambda"),
        Policies: [],
        ManagedPolicyArns: [],
      },
    };
  const before = { ...view.Resources };
  const given = structuredClone(view.Resources);
  return {
    template: view as unknown as Template,
    restore: (changed) => restored(changed, { resources: before, copies: given }, names, roles),
  };
}

function restored(
  changed: Template,
  /** As plugins got them: the very objects, and copies that no plugin has. */
  before: { readonly resources: Resources; readonly copies: Resources },
  names: ReadonlyMap<string, string>,
  roles: readonly string[],
): Template {
  const resources = { ...(changed.Resources as unknown as Resources) };
  for (const [name, id] of names) {
    const given = resources[name];
    delete resources[name];
    if (given === undefined) continue;
    if (given["Type"] === functionType)
      applyFunction(resources, id, given, before.copies[name]?.["Properties"] as Mutable);
    else if (given !== before.resources[name]) resources[id] = given;
  }
  requirePlainTypes(resources);
  applyRole(resources, roles);
  const template = { ...changed, Resources: resources } as unknown as Template;
  return renameResources(template, names);
}

/**
 * Arclet's templates have no transform: a resource of SAM's that a plugin adds would fail in CloudFormation.
 * @throws DeployError `ERR_ADOPTION`
 */
function requirePlainTypes(resources: Resources): void {
  const found = Object.entries(resources).find(([, { Type: type }]) =>
    String(type).startsWith("AWS::Serverless::"),
  );
  if (found === undefined) return;
  throw new DeployError(
    "ERR_ADOPTION",
    `A plugin adds ${found[0]}, an ${String(found[1]["Type"])}, which only SAM can expand`,
    {
      hints: [
        "Let the plugin declare functions by its `set` hooks, or add plain CloudFormation, such as AWS::Lambda::Function.",
      ],
    },
  );
}

/** Applies plugins' changes of a SAM function to the actual function and role. */
function applyFunction(resources: Resources, id: string, given: Mutable, before: Mutable): void {
  const {
    Policies: policies,
    Events: _events,
    CodeUri: _code,
    ...properties
  } = given["Properties"] as Mutable;
  const real = resources[id];
  if (real === undefined) return;
  const own = { ...(real["Properties"] as Mutable) };
  // A plugin may as well have changed the function itself.
  for (const [name, value] of Object.entries(properties))
    if (JSON.stringify(value) !== JSON.stringify(before[name])) own[name] = value;
  const [roleOfIt] = referredIds(own["Role"] as TemplateValue);
  resources[id] = { ...real, Properties: own };
  if (roleOfIt !== undefined && resources[roleOfIt] !== undefined)
    resources[roleOfIt] = withPolicies(resources[roleOfIt], policies);
}

/** Applies plugins' additions to Architect's shared role to each function's role. */
function applyRole(resources: Resources, roles: readonly string[]): void {
  const shared = resources[roleId];
  if (shared === undefined) return;
  const { Policies: policies, ManagedPolicyArns: managed } = shared["Properties"] as Mutable;
  for (const id of roles) {
    const role = resources[id];
    if (role !== undefined)
      resources[id] = withPolicies(role, [policies ?? [], managed ?? []].flat());
  }
  for (const resource of Object.values(resources)) {
    const properties = resource["Properties"] as Mutable | undefined;
    const attached = properties?.["Roles"];
    if (properties === undefined || !Array.isArray(attached)) continue;
    properties["Roles"] = attached.flatMap((role: TemplateValue) =>
      referredIds(role).has(roleId) ? roles.map((id) => ({ Ref: id })) : [role],
    );
  }
  const others = Object.entries(resources).filter(([id]) => id !== roleId);
  const isUsed = others.some(([, resource]) =>
    referredIds(resource as unknown as TemplateValue).has(roleId),
  );
  // A plugin's own function may run as it.
  if (!isUsed) delete resources[roleId];
}

/** Architect's `toLogicalID`: `get-cats-id` → `GetCatsId`. */
function pascal(name: string): string {
  const words = name
    .replaceAll(/([A-Z])/g, " $1")
    .split(/[\W_]+/)
    .filter((word) => word !== "");
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase()).join("");
}
