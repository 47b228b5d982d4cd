import type { AwsClients } from "../aws/aws-clients.ts";
import type { Template, TemplateResource } from "../template/template.ts";

/** A stack's template, as it was given and with its transforms carried out. */
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
