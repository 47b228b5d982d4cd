import type { Template } from "@arclet/deploy";
import { expect, test } from "vitest";
import { architectView } from "../src/synthesis/architect-view.ts";
import { manifestOf, synthesisOf } from "./apps.ts";

const manifest = await manifestOf(`@app
app

@http
get /
post /cats/:id

@ws

@tables
cats
  id *String

@events
adopted

@queues
mail
`);

/** What a plugin sees, loosely typed as plugins are. */
interface Loose {
  readonly Resources: Record<string, { Type: string; Properties: Record<string, unknown> }>;
}

/** Properties of the resource of a logical id, or else of the first whose id begins so. */
function propertiesOf(
  resources: { readonly [id: string]: { readonly Properties?: unknown } },
  beginning: string,
): Record<string, unknown> {
  const found =
    resources[beginning] ?? Object.entries(resources).find(([id]) => id.startsWith(beginning))?.[1];
  if (found === undefined) throw new Error(`there is no ${beginning}`);
  return found.Properties as Record<string, unknown>;
}

function changedBy(plugin: (cloudformation: Loose) => void): Template {
  const view = architectView(synthesisOf(manifest).template, manifest);
  plugin(view.template as unknown as Loose);
  return view.restore(view.template);
}

test("a plugin that does nothing changes nothing", () => {
  const { template } = synthesisOf(manifest);
  expect(changedBy(() => {})).toEqual(template);
});

test("Architect's names are there", () => {
  changedBy(({ Resources: resources }) => {
    for (const id of [
      "AdoptedEventLambda",
      "AdoptedEventTopic",
      "CatsTable",
      "ConnectWSLambda",
      "GetIndexHTTPLambda",
      "HTTP",
      "MailQueue",
      "MailQueueLambda",
      "PostCatsIdHTTPLambda",
      "Role",
      "WS",
    ])
      expect(resources).toHaveProperty(id);
    const functions = Object.values(resources).filter(
      ({ Type: type }) => type === "AWS::Serverless::Function",
    );
    expect(functions).toHaveLength(manifest.functions.length);
  });
});

test("what a plugin changes reaches Arclet's own resources", () => {
  const { Resources: resources } = changedBy((cloudformation) => {
    const all = cloudformation.Resources;
    propertiesOf(all, "CatsTable")["DeletionProtectionEnabled"] = true;
    const lambda = propertiesOf(all, "GetIndexHTTPLambda");
    lambda["MemorySize"] = 3008;
    // Arclet's own name for another function.
    propertiesOf(all, "FunctionWsDefault")["Timeout"] = 29;
    const { Variables: variables } = lambda["Environment"] as { Variables: object };
    Object.assign(variables, { EXTRA: { Ref: "CatsTable" } });
    (lambda["Policies"] as unknown[]).push({
      Statement: [{ Effect: "Allow", Action: "ses:*", Resource: "*" }],
    });
    (propertiesOf(all, "Role")["Policies"] as unknown[]).push({
      PolicyName: "Everywhere",
      PolicyDocument: { Statement: [] },
    });
    all["Alarm"] = {
      Type: "AWS::CloudWatch::Alarm",
      Properties: { Dimension: { "Fn::Sub": "${GetIndexHTTPLambda.Arn}" } },
    };
    all["Attached"] = {
      Type: "AWS::IAM::Policy",
      Properties: { PolicyName: "x", PolicyDocument: {}, Roles: [{ Ref: "Role" }] },
    };
  });
  const find = (beginning: string): Record<string, unknown> => propertiesOf(resources, beginning);
  expect(find("TableCats")).toMatchObject({ DeletionProtectionEnabled: true });
  expect(find("FunctionHttpGetIndex")).toMatchObject({
    MemorySize: 3008,
    Environment: { Variables: { EXTRA: { Ref: expect.stringMatching(/^TableCats/) } } },
    Code: { S3Bucket: "artifacts" },
  });
  expect(find("FunctionWsDefault")).toMatchObject({ Timeout: 29 });
  expect(find("RoleHttpGetIndex")["Policies"]).toHaveLength(3);
  expect(find("RoleWsDefault")["Policies"]).toHaveLength(2);
  expect(find("Alarm")).toEqual({
    Dimension: { "Fn::Sub": expect.stringMatching(/^\$\{FunctionHttpGetIndex\w+\.Arn\}$/) },
  });
  expect(find("Attached")["Roles"]).toHaveLength(manifest.functions.length);
  for (const id of ["Role", "CatsTable", "GetIndexHTTPLambda"])
    expect(resources).not.toHaveProperty(id);
});

test("a resource of SAM's that a plugin adds is refused before CloudFormation would", () => {
  expect(() =>
    changedBy((cloudformation) => {
      cloudformation.Resources["Mine"] = { Type: "AWS::Serverless::Function", Properties: {} };
    }),
  ).toThrow("A plugin adds Mine, an AWS::Serverless::Function, which only SAM can expand");
});

test("a plugin's own function may run as Architect's role", () => {
  const { Resources: resources } = changedBy((cloudformation) => {
    cloudformation.Resources["Mine"] = {
      Type: "AWS::Lambda::Function",
      Properties: { Role: { "Fn::GetAtt": ["Role", "Arn"] } },
    };
  });
  expect(resources["Role"]?.Type).toBe("AWS::IAM::Role");
});
