import { referredId, referredIds } from "../template/canonical-value.ts";
import { functionLogicalId } from "../template/logical-ids.ts";
import { dependenciesIn } from "../template/substitute-references.ts";
import type { Template, TemplateResource, TemplateValue } from "../template/template.ts";

/** A function and what exists for it alone. None of it holds data or a URL. */
export interface FunctionGroup {
  readonly functionId: string;
  readonly lambdaId: string;
  /** Logical ids, the function's own among them. */
  readonly members: ReadonlySet<string>;
}

/** Types of resources that belong to one function, alias or version. */
const attachedTypes: ReadonlySet<string> = new Set([
  "AWS::CloudWatch::Alarm",
  "AWS::Lambda::Alias",
  "AWS::Lambda::EventInvokeConfig",
  "AWS::Lambda::EventSourceMapping",
  "AWS::Lambda::Permission",
  "AWS::Lambda::Version",
  "AWS::SNS::Subscription",
  "AWS::Scheduler::Schedule",
]);

/**
 * What stays in the root stack where it is deployed there: the group's name is taken until the update ends,
 * a mapping knows its place in a stream, and two schedules would run twice.
 */
const settledTypes: ReadonlySet<string> = new Set([
  "AWS::Lambda::EventSourceMapping",
  "AWS::Logs::LogGroup",
  "AWS::Scheduler::Schedule",
]);

/**
 * What names functions without needing them to exist: policies, and an API that has its routes in its body,
 * whose address functions know.
 */
export function needsNameOnly({ Type: type }: TemplateResource): boolean {
  return type.startsWith("AWS::IAM::") || type === "AWS::ApiGatewayV2::Api";
}

/** @param deployed The root template that is deployed; null: nothing is. */
export function functionGroups(
  { Resources: resources }: Template,
  functionIds: readonly string[],
  deployed: Template | null,
): readonly FunctionGroup[] {
  const functions = functionIds
    .map((functionId) => ({ functionId, lambdaId: functionLogicalId(functionId) }))
    .filter(({ lambdaId }) => Object.hasOwn(resources, lambdaId));
  const isSettled = (id: string): boolean => {
    const type = resources[id]?.Type ?? "";
    return settledTypes.has(type) && deployed?.Resources[id]?.Type === type;
  };
  const owners = new Map(functions.map(({ lambdaId }) => [lambdaId, lambdaId]));
  for (const [id, users] of usersOf(resources))
    if (users.length === 1 && users[0] !== undefined && owners.has(users[0]))
      owners.set(id, users[0]);
  // Aliases refer to versions, and permissions to aliases.
  for (let size = -1; size !== owners.size;) {
    size = owners.size;
    for (const [id, { Type: type, Properties: properties = {} }] of Object.entries(resources)) {
      if (owners.has(id) || !attachedTypes.has(type)) continue;
      const found = new Set(
        [...referredIds(properties)].flatMap((other) => owners.get(other) ?? []),
      );
      const [owner] = found;
      if (owner !== undefined && found.size === 1) owners.set(id, owner);
    }
  }
  const groups = new Map(functions.map(({ lambdaId }) => [lambdaId, new Set([lambdaId])]));
  for (const [id, owner] of owners) if (!isSettled(id)) groups.get(owner)?.add(id);
  return functions.map(({ functionId, lambdaId }) => ({
    functionId,
    lambdaId,
    members: groups.get(lambdaId) ?? new Set(),
  }));
}

/** Roles and log groups of functions, with the functions that have them. */
function usersOf(resources: Template["Resources"]): ReadonlyMap<string, readonly string[]> {
  const users = new Map<string, string[]>();
  const use = (value: TemplateValue | undefined, type: string, id: string): void => {
    const used = referredId(value);
    if (used === null || resources[used]?.Type !== type) return;
    users.set(used, [...(users.get(used) ?? []), id]);
  };
  for (const [id, { Type: type, Properties: properties = {} }] of Object.entries(resources)) {
    if (type !== "AWS::Lambda::Function") continue;
    use(properties["Role"], "AWS::IAM::Role", id);
    const logging = properties["LoggingConfig"] as
      | { readonly LogGroup?: TemplateValue }
      | undefined;
    use(logging?.LogGroup, "AWS::Logs::LogGroup", id);
  }
  return users;
}

/**
 * Functions that must stay in the root stack, because nested stacks would otherwise depend on each other. Only
 * plugins create such resources.
 */
export function entangledFunctions(
  { Resources: resources }: Template,
  groups: readonly FunctionGroup[],
): ReadonlySet<string> {
  const owners = new Map(
    groups.flatMap(({ functionId, members }) => [...members].map((id) => [id, functionId])),
  );
  const needed = new Set<string>();
  const waiting = [...owners.keys()];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const resource = resources[id];
    if (resource === undefined) continue;
    for (const other of dependenciesOf(resource)) {
      if (owners.has(other) || needed.has(other) || !Object.hasOwn(resources, other)) continue;
      needed.add(other);
      waiting.push(other);
    }
  }
  const entangled = new Set<string>();
  for (const id of needed) {
    const resource = resources[id];
    if (resource === undefined || needsNameOnly(resource)) continue;
    for (const other of dependenciesOf(resource)) {
      const owner = owners.get(other);
      if (owner !== undefined) entangled.add(owner);
    }
  }
  return entangled;
}

/** Logical ids that a resource refers to or names in `DependsOn`. */
export function dependenciesOf(resource: TemplateResource): readonly string[] {
  const { Properties: properties = {} } = resource;
  return [...new Set([...referredIds(properties), ...dependenciesIn(resource)])];
}
