import type { AwsClients } from "../aws/aws-clients.ts";
import { forEachConcurrently } from "../aws/for-each-concurrently.ts";
import { nestedStackType } from "../template/join-templates.ts";
import { isFunctionStackId } from "../template/logical-ids.ts";
import type { Template, TemplateResource } from "../template/template.ts";
import { concurrentStacks, type StackResource } from "./stack-state.ts";

/** A stack's template, in its original form and with transforms applied. */
export interface DeployedTemplate {
  /** `AWS::Serverless-2016-10-31` of Architect's; none of Arclet's own. */
  readonly transforms: readonly string[];
  /** As given: with SAM's own types in them. */
  readonly resources: { readonly [logicalId: string]: TemplateResource };
  /** What CloudFormation made of them: no transform is left. */
  readonly processed: Template;
}

/** null: the stack has none, or one in YAML, which neither Arclet nor Architect writes. */
export async function deployedTemplate(
  clients: AwsClients,
  stackName: string,
): Promise<DeployedTemplate | null> {
  const original = await templateText(clients, stackName, "Original");
  const given = original === null ? null : parsed(original);
  if (given === null) return null;
  const transforms = [given.Transform ?? []].flat();
  const processed =
    transforms.length === 0
      ? given
      : parsed((await templateText(clients, stackName, "Processed")) ?? "");
  return processed === null ? null : { transforms, resources: given.Resources, processed };
}

/** Templates of the nested stacks that hold a stack's functions, by their logical ids. */
export async function nestedTemplates(
  clients: AwsClients,
  root: Template,
  /** Of the stack. */
  resources: ReadonlyMap<string, StackResource>,
): Promise<ReadonlyMap<string, Template>> {
  const ids = Object.entries(root.Resources)
    .filter(([id, { Type: type }]) => type === nestedStackType && isFunctionStackId(id))
    .map(([id]) => id);
  const found = new Map<string, Template>();
  await forEachConcurrently(ids, concurrentStacks, async (id) => {
    const physicalId = resources.get(id)?.physicalId;
    const text =
      physicalId === undefined ? null : await templateText(clients, physicalId, "Original");
    const template = text === null ? null : parsed(text);
    if (template !== null) found.set(id, template);
  });
  return new Map([...found].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

type GivenTemplate = Template & { readonly Transform?: string | readonly string[] };

function parsed(text: string): GivenTemplate | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && "Resources" in value
      ? (value as GivenTemplate)
      : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

async function templateText(
  clients: AwsClients,
  stackName: string,
  stage: "Original" | "Processed",
): Promise<string | null> {
  const [{ GetTemplateCommand }, client] = await Promise.all([
    import("@aws-sdk/client-cloudformation"),
    clients.cloudFormation(),
  ]);
  const { TemplateBody: body } = await client.send(
    new GetTemplateCommand({ StackName: stackName, TemplateStage: stage }),
  );
  return body ?? null;
}
