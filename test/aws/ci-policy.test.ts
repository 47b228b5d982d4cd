import { readdir, readFile, writeFile } from "node:fs/promises";
import { execFile } from "node:child_process";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { apps, manifestOf, templateOf } from "../../packages/deploy/test/apps.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";
import { permissions, refused, trust } from "../pages/ci-policy.ts";

const cfnLint = process.env["ARCLET_TEST_CFN_LINT"] ?? "cfn-lint";

/** The folder in which cfn-lint keeps AWS's own schemas of types of resources. */
async function schemas(): Promise<string> {
  const lib = join(dirname(cfnLint), "../lib");
  const python = (await readdir(lib)).find((name) => name.startsWith("python")) ?? "";
  return join(lib, python, "site-packages/cfnlint/data/schemas");
}

interface Schema {
  readonly handlers?: { readonly [handler: string]: { readonly permissions?: readonly string[] } };
}

/** What CloudFormation calls in the name of who deploys, to make, change and remove such a resource. */
async function permissionsFor(types: Iterable<string>): Promise<ReadonlySet<string>> {
  const folder = await schemas();
  const read = async (path: string): Promise<unknown> =>
    JSON.parse(await readFile(join(folder, path), "utf8"));
  const names = (await read("providers/us-east-1.json")) as Readonly<Record<string, string>>;
  const found = new Set<string>();
  for (const type of types) {
    const { handlers = {} } = (await read(`resources/${names[type]}.json`)) as Schema;
    for (const [handler, { permissions: needed = [] }] of Object.entries(handlers))
      if (handler !== "list") for (const action of needed) found.add(action);
  }
  return found;
}

/** Services that a type can be connected to, and Arclet's templates do not connect it to. */
const unused = /^(codedeploy|elasticfilesystem|firehose|kinesis|s3files|s3tables):/;

test("the role of the recipe for CI may do what CloudFormation does in its name", async () => {
  const types = new Set<string>();
  for (const [, text] of apps)
    for (const { Type } of Object.values(templateOf(await manifestOf(text)).Resources))
      types.add(Type);
  expect(types.size).toBeGreaterThan(20);
  const needed = await permissionsFor(types);
  expect(needed).toContain("lambda:CreateFunction");
  expect(refused(needed).filter((action) => !unused.test(action))).toEqual([]);
});

test("cfn-lint finds nothing in the role's policies", async () => {
  const template = {
    AWSTemplateFormatVersion: "2010-09-09",
    Resources: {
      Role: {
        Type: "AWS::IAM::Role",
        Properties: {
          AssumeRolePolicyDocument: trust,
          Policies: [{ PolicyName: "deploy", PolicyDocument: permissions }],
        },
      },
    },
  };
  await using folder = await temporaryFolder();
  const file = join(folder.path, "role.json");
  await writeFile(file, JSON.stringify(template));
  const run = promisify(execFile);
  await expect(run(cfnLint, ["--regions", "us-east-1", "--", file])).resolves.toMatchObject({
    stdout: "",
  });
});
