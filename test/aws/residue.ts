import { AwsClient } from "aws4fetch";

interface Listing {
  readonly service: string;
  readonly path?: string;
  /** Of the services that speak JSON. */
  readonly target?: string;
  /** Of those that speak the query protocol. */
  readonly form?: string;
}

/** Everything of each service that a stack can have made. */
const listings: readonly Listing[] = [
  { service: "apigateway", path: "/v2/apis" },
  { service: "cloudformation", form: "Action=DescribeStacks&Version=2010-05-15" },
  { service: "dynamodb", target: "DynamoDB_20120810.ListTables" },
  { service: "iam", form: "Action=ListRoles&Version=2010-05-08" },
  { service: "lambda", path: "/2015-03-31/functions/" },
  { service: "logs", target: "Logs_20140328.DescribeLogGroups" },
  { service: "s3", path: "/" },
  { service: "s3", path: "/arclet-artifacts-000000000000-us-east-1" },
  { service: "sns", form: "Action=ListTopics&Version=2010-03-31" },
  { service: "sqs", form: "Action=ListQueues&Version=2012-11-05" },
  { service: "ssm", target: "AmazonSSM.DescribeParameters" },
];

/** Services that still have something with the name of a stack, as AWS's own calls list it. */
export async function residue(stackName: string): Promise<readonly string[]> {
  const endpoint = process.env["AWS_ENDPOINT_URL"] ?? "";
  const client = new AwsClient({
    accessKeyId: "test",
    secretAccessKey: "test",
    region: "us-east-1",
  });
  const found: string[] = [];
  for (const { service, path = "/", target, form } of listings) {
    const response = await client.fetch(`${endpoint}${path}`, {
      aws: { service },
      ...(target === undefined
        ? {}
        : {
            method: "POST",
            headers: { "x-amz-target": target, "content-type": "application/x-amz-json-1.1" },
            body: "{}",
          }),
      ...(form === undefined
        ? {}
        : {
            method: "POST",
            headers: { "content-type": "application/x-www-form-urlencoded" },
            body: form,
          }),
    });
    const text = await response.text();
    // Before the first deploy there is no bucket for archives.
    if (!response.ok && !text.includes("NoSuchBucket"))
      throw new Error(`${service} ${path}: ${response.status} ${text}`);
    const isThere = text.toLowerCase().includes(stackName.toLowerCase());
    if (isThere && !found.includes(service)) found.push(service);
  }
  return found;
}
