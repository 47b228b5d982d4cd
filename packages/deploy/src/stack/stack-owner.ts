import type { Stack } from "@aws-sdk/client-cloudformation";
import type { AwsClients } from "../aws/aws-clients.ts";
import { DeployError } from "../errors.ts";
import { deployedTemplate, type DeployedTemplate } from "./deployed-template.ts";

/** Tag of a stack that names the app it belongs to. */
export const appTag = "arclet:app";
export const stageTag = "arclet:stage";

export type StackOwner =
  /** The stack belongs to this app. */
  | { readonly type: "ours" }
  /** Created by Architect for this app, and not taken over yet. */
  | { readonly type: "architect"; readonly template: DeployedTemplate };

/**
 * Determines the owner of a stack: this app, or Architect for the same app.
 * @throws DeployError `ERR_STACK_FOREIGN` for any other owner, which the message names
 */
export async function ownerOf(clients: AwsClients, stack: Stack, app: string): Promise<StackOwner> {
  const { StackName: stackName = "", StackStatus: status } = stack;
  const owner = tagsOf(stack).get(appTag);
  if (owner === app) return { type: "ours" };
  if (owner !== undefined)
    throw foreign(stackName, `belongs to the app "${owner}", and this app is "${app}"`);
  // A change set that was never executed leaves a stack without resources, tags or template.
  if (status === "REVIEW_IN_PROGRESS") return { type: "ours" };
  const template = await deployedTemplate(clients, stack.StackId ?? stackName);
  if (template === null || !isArchitects(template))
    throw foreign(stackName, "was made by neither Arclet nor Architect");
  const named = appsNamedIn(template);
  if (named.size > 0 && !named.has(app))
    throw foreign(
      stackName,
      `is Architect's stack of the app "${[...named].join('", "')}", and this app is "${app}"`,
    );
  return { type: "architect", template };
}

/** Refuses to work on a stack that is not the app's. @throws DeployError `ERR_STACK_FOREIGN` */
export async function requireOwn(clients: AwsClients, stack: Stack, app: string): Promise<void> {
  const owner = await ownerOf(clients, stack, app);
  if (owner.type === "architect")
    throw foreign(
      stack.StackName ?? "",
      "was deployed by Architect and has not been taken over yet: run `arclet deploy` first",
    );
}

export function tagsOf(stack: Stack): ReadonlyMap<string, string> {
  return new Map((stack.Tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));
}

/** Architect's templates: SAM's transform, the role that all functions share, and one of its two APIs. */
function isArchitects({ transforms, resources }: DeployedTemplate): boolean {
  return (
    transforms.some((transform) => transform.startsWith("AWS::Serverless")) &&
    Object.hasOwn(resources, "Role") &&
    (Object.hasOwn(resources, "HTTP") || Object.hasOwn(resources, "WS"))
  );
}

/** Architect writes the app's name into each function: `my-app` and `my_app` share a stack's name. */
function appsNamedIn({ resources }: DeployedTemplate): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { Properties: properties } of Object.values(resources)) {
    const environment = properties?.["Environment"] as
      | { readonly Variables?: { readonly ARC_APP_NAME?: unknown } }
      | undefined;
    const name = environment?.Variables?.ARC_APP_NAME;
    if (typeof name === "string") names.add(name);
  }
  return names;
}

function foreign(stackName: string, whose: string): DeployError {
  return new DeployError("ERR_STACK_FOREIGN", `The stack ${stackName} ${whose}`, {
    hints: [
      "Nothing was changed. Choose another stack name: arclet deploy --name NAME",
      "Or deploy to another region or account with --region or --profile.",
    ],
  });
}
