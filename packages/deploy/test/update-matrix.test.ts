import type { Template, TemplateResource, TemplateValue } from "@arclet/deploy";
import { describe, expect, test } from "vitest";
import { keepDeployedIds, requireFreeKeys } from "../src/synthesis/keep-deployed-ids.ts";
import { compareTemplates } from "../src/template/compare-templates.ts";
import { requirePossibleUpdate } from "../src/updates/require-possible-update.ts";
import { renamedVariables } from "../src/updates/renamed-variables.ts";
import { stepDifferences } from "../src/updates/step-differences.ts";
import { updateRefusals } from "../src/updates/update-refusals.ts";
import { updateSteps, type UpdateStep } from "../src/updates/update-steps.ts";
import { manifestOf, synthesisOf, templateOf } from "./apps.ts";
import { joinTemplates } from "@arclet/deploy";
import { holdsData } from "../src/template/data-types.ts";
import { templatesOf } from "./big-app.ts";
import { refusedByAws } from "./update-judge.ts";

const labelOf = (id: string): string => id;

/** Judges every update of the way from one template to another. */
function refusedSteps(
  before: Template,
  steps: readonly UpdateStep[],
): readonly (readonly string[])[] {
  return steps.map(({ template }, index) =>
    refusedByAws(steps[index - 1]?.template ?? before, template),
  );
}

/** What the deploy does: carries it out, in so many updates that AWS takes, or refuses it with cause. */
function outcome(before: Template, after: Template): "refused" | number {
  try {
    requirePossibleUpdate(before, after, new Map());
  } catch (error) {
    expect(error).toMatchObject({ code: "ERR_UPDATE_REFUSED", isUserError: true });
    expect(refusedByAws(before, after)).not.toEqual([]);
    return "refused";
  }
  // A stack that is taken over has no routes beside its API's body.
  const orders = renamedVariables(before, after).length > 0 ? [false] : [false, true];
  for (const isMainFirst of orders) {
    const steps = updateSteps(before, after, { labelOf, isMainFirst });
    expect(refusedSteps(before, steps)).toEqual(steps.map(() => []));
    expect(steps.filter(({ kind }) => kind === "main")).toHaveLength(1);
    // Nothing but an order of indexes may differ at the end.
    expect(compareTemplates(steps.at(-1)?.template ?? null, after)).toEqual([]);
  }
  return updateSteps(before, after, { labelOf }).length;
}

const table = "@tables\ncats\n  id *String\n  at **Number\n";
const indexed = (...indexes: readonly string[]): string =>
  `${table}\n@tables-indexes\n${indexes.map((index) => `cats\n  ${index.replaceAll(", ", "\n  ")}\n`).join("")}`;
const byOwner = "owner *String, name byOwner";
const byColour = "colour *String, name byColour";
const byAge = "age *Number, name byAge";

const manifests: { readonly [name: string]: string } = {
  bare: "@http\nget /\n",
  "a table": table,
  "one index": indexed(byOwner),
  "two indexes": indexed(byOwner, byColour),
  "three indexes": indexed(byColour, byAge, byOwner),
  "an index with another key": indexed("keeper *String, name byOwner"),
  "an index with a sort key": indexed("owner *String, at **Number, name byOwner"),
  "an index with another projection": indexed("owner *String, projection keys, name byOwner"),
  "an index with a key of another type": indexed("owner *Number, name byOwner"),
  "a key of another type in an index of another name": indexed("owner *Number, name byNumber"),
  "another index": indexed(byColour),
  "another table key": "@tables\ncats\n  key *String\n  at **Number\n",
  "another type of a table key": "@tables\ncats\n  id *String\n  at **String\n",
  "time to live": `${table}  expires TTL\n`,
  "another time to live": `${table}  gone TTL\n`,
  "an encrypted table": `${table}  encrypt alias/cats\n  pitr true\n`,
  "a stream": `${table}\n@tables-streams\ncats\n`,
  "a stream of two functions": `${table}\n@tables-streams\ncats\ncopy\n  table cats\n`,
  "a stream and another table key": "@tables\ncats\n  key *String\n\n@tables-streams\ncats\n",
  "a stream and indexes": `${indexed(byOwner, byAge)}\n@tables-streams\ncats\n`,
  queues: "@queues\nmail\nbulk\n",
  "a queue in any order": "@queues\nmail\n  fifo false\nbulk\n",
  events: "@events\nsold\n  retries 1\nfed\n",
  schedules: "@scheduled\ndaily rate(1 day)\n",
  "another schedule": "@scheduled\ndaily rate(2 days)\n  timezone Europe/Berlin\n",
  routes: "@http\nget /cats\nget /cats/:id\npost /cats\n",
  "routes by one function":
    "@http\nget /cats\n  src src/cats\nget /cats/:name\n  src src/cats\nany /cats\n  src src/cats\n",
  "routes with other variables":
    "@http\nget /cats\nget /cats/:key\nget /cats/:key/toys/:toy\nany /dogs/:id\n",
  "routes with yet other variables":
    "@http\nget /cats/:id\nget /cats/:id/toys/:number\npost /dogs/:id\nget /dogs/*\n",
  sockets: "@ws\nshout\nask\n  response true\n",
  "sockets by another key":
    "@ws\nask\nshout\n  response true\n\n@ws-settings\nselection $request.body.type\nauthorizer src/ws/authorizer\n",
  "provisioned concurrency": "@aws\nprovisionedConcurrency 1\n\n@http\nget /\n",
  "more of it": "@aws\nprovisionedConcurrency 2\nconcurrency 5\n\n@http\nget /\n",
  "of events too": `@aws\nprovisionedConcurrency 1\n\n@events\nsold\n\n@queues\nmail\n\n@http\nget /\n\n${table}\n@tables-streams\ncats\n`,
  "of another table key":
    "@aws\nprovisionedConcurrency 1\n\n@events\nsold\n\n@queues\nmail\n\n@http\nget /\n\n@tables\ncats\n  key *String\n\n@tables-streams\ncats\n",
  "a team's settings":
    "@aws\nlogRetention 7\ndeadLetters true\nalarms ops@example.com\ntracing true\npermissionsBoundary arn:aws:iam::123456789012:policy/b\nvpc subnet-11111111 sg-22222222\n\n@http\nget /\n\n@events\nsold\n\n@cors\n",
  "a team's other settings":
    "@aws\nlogRetention never\nalarms arn:aws:sns:us-east-1:123456789012:ops\nprovisionedConcurrency 1\ndeadLetters true\n\n@http\nget /\n\n@events\nsold\n\n@cors\norigins https://a.example\n",
  hosts: `@http\nget /\n\n@ws\n\n@domain\nstaging\n  http a.example.com\n  ws b.example.com\n  certificate arn:aws:acm:us-east-1:123456789012:certificate/0\n  zone Z0123456789\n`,
  "other hosts": `@http\nget /\n\n@ws\n\n@cdn\n\n@domain\nstaging\n  http c.example.com\n  ws a.example.com\n  certificate arn:aws:acm:us-east-1:123456789012:certificate/0\n  zone Z0123456789\n`,
  files: "@static\nfingerprint true\n\n@cdn\n",
};

test("every way from one manifest to another is one that AWS takes, or is refused before it begins", async () => {
  const syntheses = await Promise.all(
    Object.entries(manifests).map(
      async ([name, text]) =>
        [name, synthesisOf(await manifestOf(`@app\nmatrix\n\n${text}`))] as const,
    ),
  );
  const outcomes = new Map<string, "refused" | number>();
  for (const [from, { template: before }] of syntheses)
    for (const [to, synthesis] of syntheses) {
      const deployed = {
        template: before,
        nested: new Map(),
        physicalIds: new Map(),
        isAdopted: false,
      };
      const { template: after } = keepDeployedIds(synthesis, deployed, false);
      requireFreeKeys(after, before);
      outcomes.set(`${from} → ${to}`, outcome(before, after));
    }
  const refused = [...outcomes].filter(([, found]) => found === "refused");
  expect(refused.map(([way]) => way)).toEqual([
    "time to live → another time to live",
    "another time to live → time to live",
  ]);
  expect(outcomes.get("routes → routes with other variables")).toBe(2);
  expect(outcomes.get("routes → sockets")).toBe(1);
  expect(outcomes.get("a table → one index")).toBe(1);
  expect(outcomes.get("a table → two indexes")).toBe(2);
  expect(outcomes.get("a table → three indexes")).toBe(3);
  expect(outcomes.get("three indexes → a table")).toBe(3);
  expect(outcomes.get("one index → an index with another key")).toBe(2);
  expect(outcomes.get("one index → another index")).toBe(2);
  expect(outcomes.get("two indexes → another table key")).toBe(1);
});

/** What grows beyond one stack, and what has. */
test.each([
  ["from one stack to nested stacks", undefined],
  ["from nested stacks to nested stacks", 0],
])("every way %s is one that AWS takes, or is refused before it begins", async (_way, limit) => {
  const apps = await Promise.all(
    Object.entries(manifests).map(async ([name, text]) => {
      const manifest = await manifestOf(`@app\nmatrix\n\n${text}`);
      return { name, manifest, flat: synthesisOf(manifest) };
    }),
  );
  const refused: string[] = [];
  for (const from of apps) {
    const before = templatesOf(from.manifest, {
      flat: from.flat.template,
      ...(limit === undefined ? {} : { resourceLimit: limit }),
    });
    const deployed = {
      template: before.root,
      nested: before.nested,
      physicalIds: new Map(),
      isAdopted: false,
    };
    for (const to of apps) {
      const { template: flat } = keepDeployedIds(to.flat, deployed, false);
      requireFreeKeys(flat, before.root);
      const after = templatesOf(to.manifest, { flat, deployed: before.root, resourceLimit: 0 });
      if (outcome(joinTemplates(before), joinTemplates(after)) === "refused")
        refused.push(`${from.name} → ${to.name}`);
      // Nothing that holds data, and no API, is made again because functions move.
      const replaced = new Map(
        compareTemplates(from.flat.template, to.flat.template).map(({ logicalId, action }) => [
          logicalId,
          action,
        ]),
      );
      const lost = compareTemplates(joinTemplates(before), joinTemplates(after)).filter(
        ({ type, action, logicalId }) =>
          (holdsData(type) || /::(Api|Stage|Topic|Parameter)$/.test(type)) &&
          action !== "add" &&
          action !== "change" &&
          replaced.get(logicalId) !== action,
      );
      expect(lost).toEqual([]);
    }
  }
  expect(refused).toEqual([
    "time to live → another time to live",
    "another time to live → time to live",
  ]);
});

type Properties = NonNullable<TemplateResource["Properties"]>;

function of(resources: {
  readonly [id: string]: readonly [type: string, properties: Properties];
}): Template {
  return {
    AWSTemplateFormatVersion: "2010-09-09",
    Description: "",
    Resources: Object.fromEntries(
      Object.entries(resources).map(([id, [Type, Properties]]) => [id, { Type, Properties }]),
    ),
    Outputs: {},
  };
}

const key = (name: string): TemplateValue => [{ AttributeName: name, KeyType: "HASH" }];
const cats = (more: Properties = {}): readonly [string, Properties] => [
  "AWS::DynamoDB::Table",
  {
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    KeySchema: key("id"),
    ...more,
  },
];
const mapping = (source: string, target: string, more: Properties = {}) =>
  [
    "AWS::Lambda::EventSourceMapping",
    { EventSourceArn: { "Fn::GetAtt": [source, "Arn"] }, FunctionName: { Ref: target }, ...more },
  ] as const;
const lambda = (more: Properties = {}) =>
  ["AWS::Lambda::Function", { Code: {}, Role: "role", ...more }] as const;
const queue = (more: Properties = {}) => ["AWS::SQS::Queue", more] as const;
const alias = (functionId: string) =>
  [
    "AWS::Lambda::Alias",
    { FunctionName: { Ref: functionId }, Name: "live", FunctionVersion: "1" },
  ] as const;
const wired = { Q: queue(), P: queue(), F: lambda(), G: lambda() };

describe("what plugins may change", () => {
  test.each<readonly [string, Template, Template, RegExp]>([
    [
      "a local index",
      of({ T: cats() }),
      of({
        T: cats({
          LocalSecondaryIndexes: [{ IndexName: "i", KeySchema: key("id"), Projection: {} }],
        }),
      }),
      /^T cannot change its local secondary indexes/,
    ],
    [
      "the view of a stream",
      of({ T: cats({ StreamSpecification: { StreamViewType: "KEYS_ONLY" } }) }),
      of({ T: cats({ StreamSpecification: { StreamViewType: "NEW_IMAGE" } }) }),
      /^T cannot change the view type of its stream/,
    ],
    [
      "the key of a table with a name of its own",
      of({ T: cats({ TableName: "cats" }) }),
      of({
        T: cats({
          TableName: "cats",
          AttributeDefinitions: [{ AttributeName: "key", AttributeType: "S" }],
          KeySchema: key("key"),
        }),
      }),
      /^T must be replaced because of KeySchema/,
    ],
    [
      "the type of a resource",
      of({ T: cats() }),
      of({ T: queue() }),
      /^T is deployed as AWS::DynamoDB::Table and cannot become AWS::SQS::Queue/,
    ],
    [
      "a queue with a name of its own to FIFO",
      of({ Q: queue({ QueueName: "a" }) }),
      of({ Q: queue({ QueueName: "a", FifoQueue: true }) }),
      /^Q must be replaced because of FifoQueue/,
    ],
    [
      "a topic with a name of its own to FIFO",
      of({ T: ["AWS::SNS::Topic", { TopicName: "a" }] }),
      of({ T: ["AWS::SNS::Topic", { TopicName: "a", FifoTopic: true }] }),
      /^T must be replaced because of FifoTopic/,
    ],
    [
      "the path of a role with a name of its own",
      of({ R: ["AWS::IAM::Role", { RoleName: "a", AssumeRolePolicyDocument: {} }] }),
      of({ R: ["AWS::IAM::Role", { RoleName: "a", Path: "/b/", AssumeRolePolicyDocument: {} }] }),
      /^R must be replaced because of Path/,
    ],
    [
      "the package type of a function with a name of its own",
      of({ F: lambda({ FunctionName: "f", PackageType: "Zip" }) }),
      of({ F: lambda({ FunctionName: "f", PackageType: "Image" }) }),
      /^F must be replaced because of PackageType/,
    ],
    [
      "the starting position of a mapping",
      of({ ...wired, M: mapping("Q", "F", { StartingPosition: "LATEST" }) }),
      of({ ...wired, M: mapping("Q", "F", { StartingPosition: "TRIM_HORIZON" }) }),
      /^M must be replaced because of StartingPosition, and AWS allows only one/,
    ],
    [
      "the logical id of a mapping",
      of({ ...wired, M: mapping("Q", "F") }),
      of({ ...wired, N: mapping("Q", "F") }),
      /^N duplicates M, which exists until the update ends/,
    ],
    [
      "the functions of two mappings of one source, crosswise",
      of({ ...wired, M: mapping("Q", "F"), N: mapping("Q", "G") }),
      of({ ...wired, M: mapping("Q", "G"), N: mapping("Q", "F") }),
      /./,
    ],
    [
      "the sources of two mappings of one function, crosswise",
      of({ ...wired, M: mapping("Q", "F"), N: mapping("P", "F") }),
      of({ ...wired, M: mapping("P", "F"), N: mapping("Q", "F") }),
      /./,
    ],
    [
      "the logical id of a subscription",
      of({
        S: ["AWS::SNS::Subscription", { TopicArn: "t", Protocol: "lambda", Endpoint: "f" }],
      }),
      of({
        R: ["AWS::SNS::Subscription", { TopicArn: "t", Protocol: "lambda", Endpoint: "f" }],
      }),
      /^R duplicates S, which exists until the update ends/,
    ],
    [
      "the logical id of an alias",
      of({ F: lambda(), A: alias("F") }),
      of({ F: lambda(), B: alias("F") }),
      /^B duplicates A, which exists until the update ends/,
    ],
  ])("%s is refused before it begins", (_, before, after, text) => {
    expect(outcome(before, after)).toBe("refused");
    expect(updateRefusals(before, after).map((one) => `${one.logicalId} ${one.text}`)[0]).toMatch(
      text,
    );
  });

  test.each<readonly [string, Template, Template]>([
    [
      "a mapping whose source is replaced",
      of({ T: cats(), F: lambda(), M: mapping("T", "F") }),
      of({
        T: cats({
          AttributeDefinitions: [{ AttributeName: "key", AttributeType: "S" }],
          KeySchema: key("key"),
        }),
        F: lambda(),
        M: mapping("T", "F"),
      }),
    ],
    [
      "a mapping that changes its function",
      of({ ...wired, M: mapping("Q", "F") }),
      of({ ...wired, M: mapping("Q", "G") }),
    ],
    [
      "a name that changes with what replaces its resource",
      of({ Q: queue({ QueueName: "a" }) }),
      of({ Q: queue({ QueueName: "a.fifo", FifoQueue: true }) }),
    ],
    [
      "an alias of a function that is replaced",
      of({ F: lambda({ PackageType: "Zip" }), A: alias("F") }),
      of({ F: lambda({ PackageType: "Image" }), A: alias("F") }),
    ],
    [
      "time to live that is switched off",
      of({ T: cats({ TimeToLiveSpecification: { AttributeName: "a", Enabled: true } }) }),
      of({ T: cats({ TimeToLiveSpecification: { AttributeName: "a", Enabled: false } }) }),
    ],
  ])("%s is one update", (_, before, after) => {
    expect(outcome(before, after)).toBe(1);
  });
});

test("the judge refuses in one update what the deploy makes in several", async () => {
  const [before, after] = await Promise.all(
    ["one index", "three indexes"].map(async (name) =>
      templateOf(await manifestOf(`@app\nmatrix\n\n${manifests[name]}`)),
    ),
  );
  if (before === undefined || after === undefined) throw new Error("no templates");
  expect(refusedByAws(before, after)).toEqual([
    expect.stringContaining("Cannot perform more than one GSI creation or deletion"),
  ]);
  expect(outcome(before, after)).toBe(2);
});

test("new indexes come before the code, and old ones go after it", async () => {
  const [before, after] = await Promise.all(
    [indexed(byOwner, byAge), indexed(byColour, "size *Number, name bySize")].map(async (text) =>
      synthesisOf(await manifestOf(`@app\nmatrix\n\n${text}`)),
    ),
  );
  if (before === undefined || after === undefined) throw new Error("no templates");
  const steps = updateSteps(before.template, after.template, {
    labelOf: (id) => after.origins.get(id)?.label ?? id,
  });
  expect(steps.map(({ kind, texts }) => [kind, ...texts])).toEqual([
    ["early", "table cats: create index byColour"],
    ["main", "table cats: create index bySize"],
    ["late", "table cats: delete index byOwner"],
    ["late", "table cats: delete index byAge"],
  ]);
  const adopting = updateSteps(before.template, after.template, { labelOf, isMainFirst: true });
  expect(adopting.map(({ kind }) => kind)).toEqual(["main", "late", "late", "late"]);
  const deployed = { root: before.template, nested: new Map() };
  expect(stepDifferences(deployed, steps, new Map())).toMatchObject([{ action: "change" }]);
});

test("a route whose variable gets another name goes before the new one comes", async () => {
  const [before, after] = await Promise.all(
    ["get /cats/:id\nget /dogs/:id", "get /cats/:name\nget /dogs/:id"].map(async (text) =>
      templateOf(await manifestOf(`@app\nmatrix\n\n@http\n${text}\n`)),
    ),
  );
  if (before === undefined || after === undefined) throw new Error("no templates");
  expect(refusedByAws(before, after)).toEqual([
    expect.stringContaining("conflicting variable on the same hierarchical level"),
  ]);
  const steps = updateSteps(before, after, { labelOf });
  expect(steps.map(({ kind, texts }) => [kind, ...texts])).toEqual([
    ["early", "route GET /cats/{id}: remove it, as a variable gets another name"],
    ["main"],
  ]);
  // Everything else runs on in between.
  expect(
    compareTemplates(before, steps[0]?.template ?? after).map(({ action, type }) => [action, type]),
  ).toEqual([["remove", "AWS::ApiGatewayV2::Route"]]);
});

test("an interrupted way goes on from where it is", async () => {
  const [before, after] = await Promise.all(
    ["a table", "three indexes"].map(async (name) =>
      templateOf(await manifestOf(`@app\nmatrix\n\n${manifests[name]}`)),
    ),
  );
  if (before === undefined || after === undefined) throw new Error("no templates");
  const [first] = updateSteps(before, after, { labelOf });
  if (first === undefined) throw new Error("no steps");
  expect(outcome(first.template, after)).toBe(2);
});

test("a refusal names the manifest's line and says what to do", async () => {
  const [before, after] = await Promise.all(
    ["time to live", "another time to live"].map(async (name) =>
      synthesisOf(await manifestOf(`@app\nmatrix\n\n${manifests[name]}`)),
    ),
  );
  if (before === undefined || after === undefined) throw new Error("no templates");
  let refused: unknown = null;
  try {
    requirePossibleUpdate(before.template, after.template, after.origins);
  } catch (error) {
    refused = error;
  }
  expect(refused).toMatchObject({
    message:
      "AWS would refuse the update halfway: table cats (app.arc:5:1) cannot change its TTL attribute directly: TTL must first be off for up to an hour",
    hints: ["Remove the TTL line and deploy. An hour later, add the new one and deploy again."],
  });
});
