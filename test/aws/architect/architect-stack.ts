import {
  CloudFormationClient,
  CreateStackCommand,
  paginateListStackResources,
  waitUntilStackCreateComplete,
} from "@aws-sdk/client-cloudformation";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { createArchiver } from "@arclet/builder";
import { builtOf, projectOf } from "../deployment.ts";
import { adaptedTemplate, architectTemplate, type SamTemplate } from "./architect-template.ts";

/** Deploys the app in a folder as Architect does; resolves the template that the emulator got. */
export async function createArchitectStack(root: string, stackName: string): Promise<SamTemplate> {
  const template = adaptedTemplate(await withCode(architectTemplate(root), root));
  const client = new CloudFormationClient({});
  await client.send(
    new CreateStackCommand({
      StackName: stackName,
      TemplateBody: JSON.stringify(template),
      Capabilities: ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    }),
  );
  await waitUntilStackCreateComplete({ client, maxWaitTime: 60 }, { StackName: stackName });
  return template;
}

/** What a stack holds: names on AWS by logical id. */
export async function physicalIds(stackName: string): Promise<ReadonlyMap<string, string>> {
  const client = new CloudFormationClient({});
  const ids = new Map<string, string>();
  for await (const page of paginateListStackResources({ client }, { StackName: stackName }))
    for (const {
      LogicalResourceId: id = "",
      PhysicalResourceId: name = "",
    } of page.StackResourceSummaries ?? [])
      ids.set(id, name);
  return ids;
}

/** Architect's template with code that is in a bucket, as `arc deploy` leaves it there. */
async function withCode(template: SamTemplate, root: string): Promise<SamTemplate> {
  const s3 = new S3Client({ forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: "architects-own" }));
  const [built] = await builtOf(await projectOf(root));
  if (built === undefined) throw new Error("nothing was built");
  const archive = await createArchiver().archive(built);
  await s3.send(
    new PutObjectCommand({ Bucket: "architects-own", Key: "code", Body: await archive.read() }),
  );
  const resources = Object.entries(template.Resources).map(([id, resource]) => [
    id,
    resource.Type === "AWS::Serverless::Function"
      ? {
          Type: resource.Type,
          Properties: { ...resource.Properties, CodeUri: "s3://architects-own/code" },
        }
      : resource,
  ]);
  return { ...template, Resources: Object.fromEntries(resources) };
}
