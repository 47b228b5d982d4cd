import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { stackNameOf } from "@arclet/deploy";
import { permissions, refused, trust } from "../../../test/pages/ci-policy.ts";

const source = join(import.meta.dirname, "../src");

/** Services by the prefix of their actions, with the package of their client. */
const services = {
  cloudformation: await import("@aws-sdk/client-cloudformation"),
  dynamodb: await import("@aws-sdk/client-dynamodb"),
  lambda: await import("@aws-sdk/client-lambda"),
  logs: await import("@aws-sdk/client-cloudwatch-logs"),
  s3: await import("@aws-sdk/client-s3"),
  ssm: await import("@aws-sdk/client-ssm"),
  sts: await import("@aws-sdk/client-sts"),
};

/** Operations whose permission has another name. */
const otherNames: Readonly<Record<string, readonly string[]>> = {
  "s3:CopyObject": ["s3:GetObject", "s3:PutObject"],
  "s3:DeleteObjects": ["s3:DeleteObject"],
  "s3:HeadBucket": ["s3:ListBucket"],
  "s3:HeadObject": ["s3:GetObject"],
  "s3:ListObjectsV2": ["s3:ListBucket"],
  "s3:PutBucketEncryption": ["s3:PutEncryptionConfiguration"],
  "s3:PutPublicAccessBlock": ["s3:PutBucketPublicAccessBlock"],
};

/** Permissions of every operation that the code of a deploy names. */
function actionsOfDeploy(): readonly string[] {
  const names = new Set<string>();
  for (const file of readdirSync(source, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".ts")) continue;
    const text = readFileSync(join(source, file), "utf8");
    for (const [, command, page] of text.matchAll(/\b([A-Z]\w+)Command\b|\bpaginate([A-Z]\w+)/g))
      names.add(command ?? page ?? "");
  }
  return [...names].flatMap((name) => {
    const service = Object.entries(services).find(([, client]) => `${name}Command` in client);
    if (service === undefined) throw new Error(`No client has ${name}`);
    const action = `${service[0]}:${name}`;
    return otherNames[action] ?? [action];
  });
}

test("the role of the recipe may make every call of a deploy", () => {
  const actions = actionsOfDeploy();
  expect(actions).toEqual(
    expect.arrayContaining([
      "cloudformation:CreateChangeSet",
      "s3:PutObject",
      "sts:GetCallerIdentity",
    ]),
  );
  expect(refused(actions)).toEqual([]);
  expect(refused(["iam:CreateUser", "iam:AttachUserPolicy", "ec2:RunInstances"])).toHaveLength(3);
});

test("its names are those of the app's stacks, and not its own", () => {
  const resources = permissions.Statement.flatMap(({ Resource }) => Resource);
  const prefixes = resources.flatMap((arn) => /:(?:stack|role)\/(\w+)\*$/.exec(arn)?.[1] ?? []);
  expect(new Set(prefixes)).toEqual(new Set(["MyApp"]));
  const stacks = [
    stackNameOf("my-app", "production", null),
    stackNameOf("my-app", "staging", "pr12"),
  ];
  expect(stacks.filter((name) => !name.startsWith("MyApp"))).toEqual([]);
  // CloudFormation makes the names of buckets of the stack's, in lower case.
  expect(resources).toContain("arn:aws:s3:::myapp*");
  expect(trust).toMatchObject({
    Statement: [{ Effect: "Allow", Action: "sts:AssumeRoleWithWebIdentity" }],
  });
});
