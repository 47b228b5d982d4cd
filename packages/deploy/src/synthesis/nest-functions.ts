import { contentKey } from "../assets/artifact-bucket.ts";
import { nestedStackType, type StackTemplates } from "../template/join-templates.ts";
import { functionStackId, nestedFunctionName } from "../template/logical-ids.ts";
import {
  dependenciesIn,
  valueOfText,
  withReferences,
  type Substitution,
} from "../template/substitute-references.ts";
import type {
  Template,
  TemplateOutput,
  TemplateParameter,
  TemplateResource,
  TemplateValue,
} from "../template/template.ts";
import {
  dependenciesOf,
  entangledFunctions,
  functionGroups,
  needsNameOnly,
  type FunctionGroup,
} from "./function-groups.ts";

export interface NestOptions {
  readonly stackName: string;
  /** Of the artifacts. */
  readonly bucket: string;
  /** Ids of the functions, those that no manifest declares among them. */
  readonly functionIds: readonly string[];
  /** The root template that is deployed; null: nothing is. */
  readonly deployed: Template | null;
}

/** A nested stack while it is filled. */
interface Nest {
  readonly resources: Record<string, TemplateResource>;
  readonly parameters: Record<string, TemplateParameter>;
  readonly outputs: Record<string, TemplateOutput>;
  /** What the root gives the parameters. */
  readonly values: Record<string, TemplateValue>;
  readonly dependencies: Set<string>;
}

/** Names of the stack that functions mean, by pseudo parameter. */
const rootParameters: { readonly [name: string]: string } = {
  "AWS::StackName": "RootStackName",
  "AWS::StackId": "RootStackId",
};

/**
 * A template whose functions, with what exists for them alone, are in nested stacks. Everything else stays
 * in the root under its logical id. Functions get names, so that what only names them does not wait for
 * them; what needs them waits for their stack.
 */
export function nestFunctions(flat: Template, options: NestOptions): StackTemplates {
  const all = functionGroups(flat, options.functionIds, options.deployed);
  const entangled = entangledFunctions(flat, all);
  const named = withNames(flat, all, options.stackName);
  const groups = all.filter(({ functionId }) => !entangled.has(functionId));
  const stackOf = new Map<string, string>();
  for (const { functionId, members } of groups)
    for (const id of members) stackOf.set(id, functionStackId(functionId));
  const names = knownTexts(named, all, options.stackName);
  const nests = new Map<string, Nest>();
  for (const stackId of [...new Set(stackOf.values())].toSorted())
    nests.set(stackId, {
      resources: {},
      parameters: {},
      outputs: {},
      values: {},
      dependencies: new Set(),
    });
  /** What the root calls a resource of a nested stack, whose name is not known before. */
  const outputText = (stackId: string, id: string, attribute: string | null): string => {
    const name = id + (attribute ?? "").replaceAll(".", "");
    const value = valueOfText(`\${${id}${attribute === null ? "" : `.${attribute}`}}`);
    const outputs = nests.get(stackId)?.outputs;
    if (outputs !== undefined)
      outputs[name] = { Description: `${name} of a function`, Value: value };
    return `\${${stackId}.Outputs.${name}}`;
  };
  const fromRoot: Substitution = (id, attribute) => {
    const stackId = stackOf.get(id);
    if (stackId === undefined) return null;
    return names.get(keyOf(id, attribute)) ?? outputText(stackId, id, attribute);
  };
  const resources: Record<string, TemplateResource> = {};
  for (const [id, resource] of Object.entries(named.Resources)) {
    const stackId = stackOf.get(id);
    const nest = stackId === undefined ? undefined : nests.get(stackId);
    if (nest === undefined || stackId === undefined) {
      resources[id] = rootResource(resource, stackOf, fromRoot, names);
      continue;
    }
    nest.resources[id] = nestedResource(resource, stackId, nest, stackOf, (other, attribute) => {
      if (stackOf.get(other) === stackId) return null;
      const known = names.get(keyOf(other, attribute));
      if (known !== undefined && stackOf.has(other)) return known;
      return parameterText(named, nest, other, attribute, fromRoot);
    });
  }
  const nested = new Map<string, Template>();
  for (const [stackId, nest] of nests) {
    const template = templateOf(flat, stackId, nest);
    nested.set(stackId, template);
    resources[stackId] = stackResource(template, nest, options);
  }
  return { root: { ...named, Resources: resources }, nested };
}

function withNames(flat: Template, groups: readonly FunctionGroup[], stackName: string): Template {
  const resources: Record<string, TemplateResource> = { ...flat.Resources };
  for (const { functionId, lambdaId } of groups) {
    const resource = resources[lambdaId];
    if (resource !== undefined)
      resources[lambdaId] = {
        ...resource,
        Properties: {
          FunctionName: nestedFunctionName(stackName, functionId),
          ...resource.Properties,
        },
      };
  }
  return { ...flat, Resources: resources };
}

function keyOf(id: string, attribute: string | null): string {
  return attribute === null ? id : `${id}.${attribute}`;
}

/** Texts of `Fn::Sub` for what is known of functions and their aliases before they exist. */
function knownTexts(
  { Resources: resources }: Template,
  groups: readonly FunctionGroup[],
  stackName: string,
): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const { functionId, lambdaId, members } of groups) {
    const given = resources[lambdaId]?.Properties?.["FunctionName"];
    const name = typeof given === "string" ? given : nestedFunctionName(stackName, functionId);
    const arn = `arn:\${AWS::Partition}:lambda:\${AWS::Region}:\${AWS::AccountId}:function:${name}`;
    texts.set(lambdaId, name).set(`${lambdaId}.Arn`, arn);
    for (const id of members) {
      const { Type: type, Properties: properties } = resources[id] ?? {};
      const alias = properties?.["Name"];
      if (type === "AWS::Lambda::Alias" && typeof alias === "string")
        texts.set(id, `${arn}:${alias}`);
    }
  }
  return texts;
}

function rootResource(
  resource: TemplateResource,
  stackOf: ReadonlyMap<string, string>,
  substitution: Substitution,
  names: ReadonlyMap<string, string>,
): TemplateResource {
  const stacks = new Set(dependenciesOf(resource).flatMap((id) => stackOf.get(id) ?? []));
  const isWaiting = stacks.size > 0 && !needsNameOnly(resource);
  const others = dependenciesIn(resource).filter((id) => !stackOf.has(id));
  const dependencies = isWaiting ? [...others, ...[...stacks].toSorted()] : others;
  const text: Substitution = needsNameOnly(resource)
    ? (id, attribute) => names.get(keyOf(id, attribute)) ?? substitution(id, attribute)
    : substitution;
  return withReferences(resource, text, dependencies);
}

function nestedResource(
  resource: TemplateResource,
  stackId: string,
  nest: Nest,
  stackOf: ReadonlyMap<string, string>,
  substitution: Substitution,
): TemplateResource {
  const inside: string[] = [];
  for (const id of dependenciesIn(resource)) {
    if (stackOf.get(id) === stackId) inside.push(id);
    else if (!stackOf.has(id)) nest.dependencies.add(id);
  }
  return withReferences(resource, substitution, inside);
}

/** The parameter by which a nested stack learns what the root has; null for what is the same in both. */
function parameterText(
  { Resources: resources, Parameters: parameters = {} }: Template,
  nest: Nest,
  id: string,
  attribute: string | null,
  fromRoot: Substitution,
): string | null {
  const pseudo = rootParameters[id];
  const isParameter = Object.hasOwn(parameters, id);
  if (pseudo === undefined && !isParameter && !Object.hasOwn(resources, id)) return null;
  const name = pseudo ?? id + (attribute ?? "").replaceAll(".", "");
  nest.parameters[name] ??= { Type: "String", NoEcho: isParameter };
  nest.values[name] = valueOfText(fromRoot(id, attribute) ?? `\${${keyOf(id, attribute)}}`);
  return `\${${name}}`;
}

function templateOf(
  { Description: description }: Template,
  stackId: string,
  { resources, parameters, outputs }: Nest,
): Template {
  return {
    AWSTemplateFormatVersion: "2010-09-09",
    Description: `${description}: ${stackId}`,
    ...(Object.keys(parameters).length > 0 ? { Parameters: sorted(parameters) } : {}),
    // A template is named by its content: the order of lines in the manifest makes no other one.
    Resources: sorted(resources),
    Outputs: {
      Stack: { Description: "Name of the stack", Value: { Ref: "AWS::StackName" } },
      ...sorted(outputs),
    },
  };
}

function sorted<T>(members: { readonly [name: string]: T }): { readonly [name: string]: T } {
  return Object.fromEntries(Object.entries(members).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function stackResource(
  template: Template,
  { values, dependencies }: Nest,
  { stackName, bucket }: NestOptions,
): TemplateResource {
  const key = nestedTemplateKey(stackName, template);
  return {
    Type: nestedStackType,
    DeletionPolicy: "Delete",
    UpdateReplacePolicy: "Delete",
    ...(dependencies.size === 0 ? {} : { DependsOn: [...dependencies].toSorted() }),
    Properties: {
      TemplateURL: {
        "Fn::Sub": `https://s3.\${AWS::Region}.\${AWS::URLSuffix}/${bucket}/${key}`,
      },
      ...(Object.keys(values).length === 0 ? {} : { Parameters: sorted(values) }),
    },
  };
}

/** Key of a nested template in the artifact bucket, which is named by its content. */
export function nestedTemplateKey(stackName: string, template: Template): string {
  return contentKey(`${stackName}/templates`, JSON.stringify(template), "json");
}
