import {
  CloudFormationClient,
  DescribeStackResourceCommand,
  GetTemplateCommand,
} from "@aws-sdk/client-cloudformation";
import type { Template, TemplateValue } from "@arclet/deploy";
import { AwsClient } from "aws4fetch";

interface Body {
  readonly paths: {
    readonly [path: string]: {
      readonly [method: string]: {
        readonly "x-amazon-apigateway-integration": { readonly $ref: string };
      };
    };
  };
  readonly components: {
    readonly "x-amazon-apigateway-integrations": {
      readonly [name: string]: {
        readonly uri: TemplateValue;
        readonly payloadFormatVersion: string;
      };
    };
  };
}

const pseudoParameters: { readonly [name: string]: string } = {
  "AWS::AccountId": "000000000000",
  "AWS::Partition": "aws",
  "AWS::Region": "us-east-1",
};

/**
 * Makes the routes that API Gateway makes of an HTTP API's body, which MiniStack ignores: its integrations,
 * and a route for each operation.
 */
export async function addRoutesOfBody(stackName: string): Promise<void> {
  const stacks = new CloudFormationClient({});
  const [{ TemplateBody: text = "" }, { StackResourceDetail: api }] = await Promise.all([
    stacks.send(new GetTemplateCommand({ StackName: stackName })),
    stacks.send(
      new DescribeStackResourceCommand({ StackName: stackName, LogicalResourceId: "HttpApi" }),
    ),
  ]);
  stacks.destroy();
  const template = JSON.parse(text) as Template;
  const body = template.Resources["HttpApi"]?.Properties?.["Body"] as unknown as Body;
  const { paths, components } = body;
  const path = `/v2/apis/${api?.PhysicalResourceId ?? ""}`;
  const targets = new Map<string, string>();
  for (const [name, integration] of Object.entries(
    components["x-amazon-apigateway-integrations"],
  )) {
    const { integrationId } = (await post(`${path}/integrations`, {
      integrationType: "AWS_PROXY",
      integrationUri: textOf(integration.uri),
      payloadFormatVersion: integration.payloadFormatVersion,
    })) as { readonly integrationId: string };
    targets.set(
      `#/components/x-amazon-apigateway-integrations/${name}`,
      `integrations/${integrationId}`,
    );
  }
  for (const [routePath, operations] of Object.entries(paths))
    for (const [method, operation] of Object.entries(operations)) {
      const verb = method === "x-amazon-apigateway-any-method" ? "ANY" : method.toUpperCase();
      await post(`${path}/routes`, {
        routeKey: `${verb} ${routePath}`,
        target: targets.get(operation["x-amazon-apigateway-integration"].$ref),
      });
    }
}

function textOf(uri: TemplateValue): string {
  const text = (uri as { readonly "Fn::Sub": string })["Fn::Sub"];
  return text.replaceAll(/\$\{([\w:]+)\}/g, (_, name: string) => {
    const value = pseudoParameters[name];
    if (value === undefined) throw new Error(`an integration waits for ${name}`);
    return value;
  });
}

async function post(path: string, body: object): Promise<unknown> {
  const client = new AwsClient({
    accessKeyId: "test",
    secretAccessKey: "test",
    region: "us-east-1",
  });
  const response = await client.fetch(`${process.env["AWS_ENDPOINT_URL"]}${path}`, {
    method: "POST",
    aws: { service: "apigateway" },
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}
