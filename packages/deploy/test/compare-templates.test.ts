import { loadAwsServiceSpecSync } from "@aws-cdk/aws-service-spec";
import type { Template, TemplateResource } from "@arclet/deploy";
import { expect, test } from "vitest";
import { compareTemplates } from "../src/template/compare-templates.ts";
import { replacingProperties } from "../src/template/replacing-properties.ts";

function templateOf(resources: { readonly [id: string]: TemplateResource }): Template {
  return {
    AWSTemplateFormatVersion: "2010-09-09",
    Description: "",
    Resources: resources,
    Outputs: {},
  };
}

const table = (key: string, more: Partial<TemplateResource> = {}): TemplateResource => ({
  Type: "AWS::DynamoDB::Table",
  UpdateReplacePolicy: "Retain",
  DeletionPolicy: "RetainExceptOnCreate",
  Properties: {
    BillingMode: "PAY_PER_REQUEST",
    KeySchema: [{ AttributeName: key, KeyType: "HASH" }],
  },
  ...more,
});

/** Actions by logical id. */
function actions(
  before: { readonly [id: string]: TemplateResource },
  after: { readonly [id: string]: TemplateResource },
): { readonly [id: string]: string } {
  return Object.fromEntries(
    compareTemplates(templateOf(before), templateOf(after)).map(({ logicalId, action }) => [
      logicalId,
      action,
    ]),
  );
}

test("the same template in another form is not a difference", () => {
  const role = (arn: TemplateResource["Properties"]): TemplateResource => ({
    Type: "AWS::IAM::Role",
    ...(arn === undefined ? {} : { Properties: arn }),
  });
  expect(
    actions(
      {
        A: role({ Path: { "Fn::Sub": ["/${AWS::StackName}/${x}", { x: "a" }] }, Max: "3600" }),
        B: role({ Path: { "Fn::Join": ["/", ["integrations", { Ref: "A" }]] } }),
        C: role({ Path: { "Fn::GetAtt": ["A", "Arn"] } }),
      },
      {
        A: role({ Max: 3600, Path: { "Fn::Sub": "/${AWS::StackName}/a" } }),
        B: role({ Path: { "Fn::Sub": "integrations/${A}" } }),
        C: role({ Path: { "Fn::Sub": "${A.Arn}" } }),
      },
    ),
  ).toEqual({});
});

test("what AWS replaces is named, with why, and what refers to it follows", () => {
  const mapping: TemplateResource = {
    Type: "AWS::Lambda::EventSourceMapping",
    Properties: { EventSourceArn: { "Fn::GetAtt": ["T", "StreamArn"] } },
  };
  const lambda: TemplateResource = {
    Type: "AWS::Lambda::Function",
    Properties: { Environment: { Variables: { TABLE: { "Fn::Sub": '{"t":"${T}"}' } } } },
  };
  const before = { T: table("id"), M: mapping, F: lambda };
  const after = { ...before, T: table("key") };
  expect(compareTemplates(templateOf(before), templateOf(after))).toEqual([
    {
      action: "replace",
      logicalId: "T",
      type: "AWS::DynamoDB::Table",
      properties: ["KeySchema"],
      isKept: true,
    },
    expect.objectContaining({ logicalId: "M", action: "replace", properties: ["EventSourceArn"] }),
    expect.objectContaining({ logicalId: "F", action: "change", properties: ["Environment"] }),
  ]);
});

test("additions, removals and what stays of them", () => {
  const { DeletionPolicy: _policy, ...unkept } = table("id");
  const differences = compareTemplates(
    templateOf({ A: table("id"), B: unkept }),
    templateOf({ C: table("id") }),
  );
  expect(differences.map(({ logicalId, action, isKept }) => [logicalId, action, isKept])).toEqual([
    ["C", "add", false],
    ["A", "remove", true],
    ["B", "remove", false],
  ]);
});

test("policies and dependencies are changes, and of an unknown type a change may replace", () => {
  const custom = (value: string): TemplateResource => ({
    Type: "Custom::Thing",
    Properties: { Value: value },
  });
  expect(
    actions(
      { A: table("id"), B: custom("1") },
      { A: table("id", { DependsOn: ["B"] }), B: custom("2") },
    ),
  ).toEqual({ A: "change", B: "maybe-replace" });
});

test("the list of replacing properties is AWS's of today", () => {
  const specification = loadAwsServiceSpecSync();
  for (const [type, names] of Object.entries(replacingProperties)) {
    const { properties } = specification
      .lookup("resource", "cloudFormationType", "equals", type)
      .only();
    const expected = Object.entries(properties).flatMap(([name, { causesReplacement }]) =>
      causesReplacement === "yes" ? [name] : causesReplacement === "maybe" ? [`${name}?`] : [],
    );
    expect([type, names]).toEqual([type, expected.toSorted().join(" ")]);
  }
});
