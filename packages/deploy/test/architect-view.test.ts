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
type Loose = { Resources: Record<string, { Type: string; Properties: Record<string, any> }> };

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
    all["CatsTable"]!.Properties["DeletionProtectionEnabled"] = true;
    const lambda = all["GetIndexHTTPLambda"]!.Properties;
    lambda["MemorySize"] = 3008;
    // Arclet's own name for another function.
    const own = Object.keys(all).find((id) => id.startsWith("FunctionWsDefault"));
    all[own!]!.Properties["Timeout"] = 29;
    lambda["Environment"].Variables.EXTRA = { Ref: "CatsTable" };
    lambda["Policies"].push({ Statement: [{ Effect: "Allow", Action: "ses:*", Resource: "*" }] });
    all["Role"]!.Properties["Policies"].push({
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
  const find = (beginning: string): any =>
    Object.entries(resources).find(([id]) => id.startsWith(beginning))?.[1].Properties;
  expect(find("TableCats")).toMatchObject({ DeletionProtectionEnabled: true });
  expect(find("FunctionHttpGetIndex")).toMatchObject({
    MemorySize: 3008,
    Environment: { Variables: { EXTRA: { Ref: expect.stringMatching(/^TableCats/) } } },
    Code: { S3Bucket: "artifacts" },
  });
  expect(find("FunctionWsDefault")).toMatchObject({ Timeout: 29 });
  expect(find("RoleHttpGetIndex")["Policies"]).toHaveLength(3);
  expect(find("RoleWsDefault")["Policies"]).toHaveLength(2);
  expect(find("Alarm")["Dimension"]["Fn::Sub"]).toMatch(/^\$\{FunctionHttpGetIndex\w+\.Arn\}$/);
  expect(find("Attached")["Roles"]).toHaveLength(manifest.functions.length);
  for (const id of ["Role", "CatsTable", "GetIndexHTTPLambda"])
    expect(resources).not.toHaveProperty(id);
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
