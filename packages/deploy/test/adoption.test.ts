import { readFileSync } from "node:fs";
import { joinTemplates, type Template, type TemplateResource } from "@arclet/deploy";
import { describe, expect, test } from "vitest";
import { adoptStack } from "../src/synthesis/adopt-stack.ts";
import {
  keepDeployedIds,
  requireFreeKeys,
  type DeployedStack,
} from "../src/synthesis/keep-deployed-ids.ts";
import { referredIds } from "../src/template/canonical-value.ts";
import { compareTemplates, type ResourceDifference } from "../src/template/compare-templates.ts";
import { holdsData } from "../src/template/data-types.ts";
import { resourceKeys } from "../src/template/resource-keys.ts";
import { requirePossibleUpdate } from "../src/updates/require-possible-update.ts";
import { updateSteps } from "../src/updates/update-steps.ts";
import { templatesOf } from "./big-app.ts";
import { manifestOf, synthesisOf } from "./apps.ts";
import { refusedByAws } from "./update-judge.ts";

const text = `@app
arc-move

@http
get /
post /cats/:id

@ws
shout

@tables
cats
  id *String
  at **Number
dogs
  id *String

@tables-streams
dogs

@events
adopted

@queues
mail

@scheduled
daily rate(1 day)

@static
`;

/** What Architect 12 makes of that manifest, and what SAM makes of it. */
const { processed } = JSON.parse(
  readFileSync(new URL("fixtures/architect-stack.json", import.meta.url), "utf8"),
) as { readonly processed: Template };

/** A stack of the template, whose HTTP API has the id `abc123`. */
function deployedAs(template: Template): DeployedStack {
  return {
    template,
    nested: new Map(),
    physicalIds: new Map([["HTTP", "abc123"]]),
    isAdopted: true,
  };
}

async function adopted(manifest = text, isPrivate = false): Promise<Template> {
  const synthesis = synthesisOf(await manifestOf(manifest), { stackName: "ArcMoveStaging" });
  const { template } = keepDeployedIds(synthesis, deployedAs(processed), isPrivate);
  requireFreeKeys(template, processed);
  return adoptStack(template, processed);
}

/** Actions by logical id. */
function byId(
  differences: readonly ResourceDifference[],
): ReadonlyMap<string, ResourceDifference["action"]> {
  return new Map(differences.map(({ logicalId, action }) => [logicalId, action]));
}

describe("a stack of Architect's", () => {
  test("keeps everything of which only one may exist, by AWS's rules of change", async () => {
    const after = await adopted();
    const differences = byId(compareTemplates(processed, after));
    for (const [key, [id = ""]] of resourceKeys(processed.Resources)) {
      // Subscriptions are of functions, which are new.
      if (key.startsWith("subscription of ") || key.includes("static/fingerprint")) continue;
      expect([key, differences.get(id) ?? "same"]).toEqual([
        key,
        expect.stringMatching(/^(same|change)$/),
      ]);
      expect(resourceKeys(after.Resources).get(key)).toEqual([id]);
    }
    expect([...resourceKeys(processed.Resources).keys()].toSorted()).toEqual(
      expect.arrayContaining([
        "AWS::SSM::Parameter /<AWS::StackName>/tables/cats",
        "api HTTP",
        "api WEBSOCKET",
        "events/adopted",
        "mapping of queues/mail",
        "mapping of tables/dogs",
        "policy of static/bucket",
        "queues/mail",
        "route api WEBSOCKET $connect",
        "integration of route api WEBSOCKET shout",
        "stage api HTTP $default",
        "stage api WEBSOCKET staging",
        "static/bucket",
        "tables/cats",
        "tables/dogs",
      ]),
    );
  });

  test("loses nothing that holds data, and only functions and what belongs to them", async () => {
    const removed = compareTemplates(processed, await adopted()).filter(
      ({ action }) => action === "remove" || action === "replace",
    );
    expect(removed.filter(({ type }) => holdsData(type))).toEqual([]);
    expect(new Set(removed.map(({ type }) => type))).toEqual(
      new Set([
        "AWS::IAM::Policy",
        "AWS::IAM::Role",
        "AWS::Lambda::Function",
        "AWS::Lambda::Permission",
        "AWS::SNS::Subscription",
        "AWS::SSM::Parameter",
        "AWS::Scheduler::Schedule",
      ]),
    );
  });

  test("is taken over in one update that AWS takes", async () => {
    const after = await adopted();
    expect(() => requirePossibleUpdate(processed, after, new Map())).not.toThrow();
    expect(updateSteps(processed, after, { labelOf: (id) => id, isMainFirst: true })).toHaveLength(
      1,
    );
    expect(refusedByAws(processed, after)).toEqual([]);
  });

  test("is taken over into nested stacks when it is big", async () => {
    const manifest = await manifestOf(text);
    const templates = templatesOf(manifest, {
      flat: await adopted(),
      deployed: processed,
      resourceLimit: 0,
    });
    expect(templates.nested.size).toBeGreaterThan(0);
    const joined = joinTemplates(templates);
    expect(refusedByAws(processed, joined)).toEqual([]);
    const lost = compareTemplates(processed, joined).filter(
      ({ type, action }) => holdsData(type) && (action === "remove" || action.endsWith("replace")),
    );
    expect(lost).toEqual([]);
    for (const id of ["HTTP", "WS"]) expect(Object.keys(templates.root.Resources)).toContain(id);
    // Architect's routes stay in the body, and lead to the functions by their names.
    const body = JSON.stringify(templates.root.Resources["HTTP"]?.Properties?.["Body"]);
    expect(body).toContain(":function:AllStaging-http-get-");
  });

  test("has CORS in the body of its HTTP API", async () => {
    const after = await adopted(`${text}\n@cors\norigins https://a.example\ncredentials true\n`);
    const { Body: body, ...others } = after.Resources["HTTP"]?.Properties ?? {};
    expect(others).not.toHaveProperty("CorsConfiguration");
    expect(body).toMatchObject({
      "x-amazon-apigateway-cors": { allowOrigins: ["https://a.example"], allowCredentials: true },
    });
  });

  test("keeps the routes of its HTTP API in its body", async () => {
    const after = await adopted();
    const { Body: body, ...others } = after.Resources["HTTP"]?.Properties ?? {};
    expect(others).not.toHaveProperty("ProtocolType");
    expect(body).toMatchObject({
      openapi: "3.0.1",
      info: { title: { Ref: "AWS::StackName" } },
      paths: {
        "/": {
          get: {
            "x-amazon-apigateway-integration": {
              type: "aws_proxy",
              httpMethod: "POST",
              payloadFormatVersion: "2.0",
            },
          },
        },
        "/cats/{id}": { post: expect.anything() },
        "/_static/{proxy+}": { get: expect.anything() },
      },
    });
    const separate = Object.values(after.Resources).filter(
      ({ Type: type, Properties: properties }) =>
        /::(Route|Integration)$/.test(type) &&
        JSON.stringify(properties?.["ApiId"]) === '{"Ref":"HTTP"}',
    );
    expect(separate).toEqual([]);
  });

  test("does not have circular references", async () => {
    const { Resources: resources } = await adopted();
    const waiting = new Map(
      Object.entries(resources).map(([id, { Properties, DependsOn }]) => [
        id,
        new Set(
          [...referredIds(Properties ?? {}), ...[DependsOn ?? []].flat()].filter(
            (other) => resources[other] !== undefined,
          ),
        ),
      ]),
    );
    for (let hasGone = true; hasGone;) {
      hasGone = false;
      for (const [id, others] of waiting) {
        if ([...others].some((other) => waiting.has(other))) continue;
        waiting.delete(id);
        hasGone = true;
      }
    }
    expect([...waiting.keys()]).toEqual([]);
    const variables = JSON.stringify(
      Object.values(resources).filter(({ Type: type }) => type === "AWS::Lambda::Function"),
    );
    expect(variables).toContain("https://abc123.execute-api.${AWS::Region}.${AWS::URLSuffix}");
  });

  test("refers to nothing that is not there", async () => {
    const after = await adopted();
    const references = [
      ...JSON.stringify(after).matchAll(
        /"(?:Ref":"|Fn::GetAtt":\["|DependsOn":\[")([A-Za-z0-9]+)"|\$\{([A-Za-z0-9]+)[.}]/g,
      ),
    ].map(([, id, other]) => id ?? other ?? "");
    const variables = /^(bukkit|tablename|event|queue|key|api|roleName)$/;
    const missing = references.filter(
      (id) =>
        after.Resources[id] === undefined &&
        after.Parameters?.[id] === undefined &&
        !variables.test(id),
    );
    expect(new Set(missing)).toEqual(new Set());
  });

  test("stays a public website until it is made private", async () => {
    const [open, closed] = [await adopted(), await adopted(text, true)];
    expect(open.Resources["StaticBucket"]?.Properties).toMatchObject({
      WebsiteConfiguration: { IndexDocument: "index.html" },
      PublicAccessBlockConfiguration: { BlockPublicPolicy: false },
    });
    expect(JSON.stringify(open.Resources["StaticBucketPolicy"])).toContain('"Principal":"*"');
    expect(closed.Resources["StaticBucket"]?.Properties).not.toHaveProperty("WebsiteConfiguration");
    expect(closed.Resources["StaticBucketPolicy"]).toBeUndefined();
  });

  test("leaves a bucket of an older Architect as it is, which S3 would not change", async () => {
    // Before AWS blocked public access by default, a list made it public.
    const { OwnershipControls, PublicAccessBlockConfiguration, ...properties } =
      processed.Resources["StaticBucket"]?.Properties ?? {};
    expect([OwnershipControls, PublicAccessBlockConfiguration]).not.toContain(undefined);
    const older = {
      ...processed,
      Resources: {
        ...processed.Resources,
        StaticBucket: {
          Type: "AWS::S3::Bucket",
          Properties: { ...properties, AccessControl: "PublicRead" },
        },
      },
    };
    const synthesis = synthesisOf(await manifestOf(text), { stackName: "ArcMoveStaging" });
    const bucket = (isPrivate: boolean): TemplateResource["Properties"] =>
      keepDeployedIds(synthesis, deployedAs(older), isPrivate).template.Resources["StaticBucket"]
        ?.Properties;
    expect(bucket(false)).toMatchObject({ AccessControl: "PublicRead", WebsiteConfiguration: {} });
    expect(bucket(false)).not.toHaveProperty("PublicAccessBlockConfiguration");
    for (const isPrivate of [false, true])
      expect(bucket(isPrivate)).not.toHaveProperty("OwnershipControls");
    expect(bucket(true)).toMatchObject({
      PublicAccessBlockConfiguration: { IgnorePublicAcls: true, RestrictPublicBuckets: true },
    });
    expect(bucket(true)).not.toHaveProperty("AccessControl");
  });

  test("keeps a table that the manifest no longer has, and marks it to stay", async () => {
    const after = await adopted(text.replace("cats\n  id *String\n  at **Number\n", ""));
    expect(after.Resources["CatsTable"]).toMatchObject({ DeletionPolicy: "Retain" });
    expect(after.Resources["CatsParam"]).toBeUndefined();
  });

  test("loses a WebSocket API that has left the manifest, with everything that refers to it", async () => {
    const after = await adopted(text.replace("@ws\nshout\n", ""));
    const left = Object.keys(after.Resources).filter((id) => /WS|Websocket/.test(id));
    expect(left).toEqual([]);
  });

  test("is not taken over when a table would be replaced", async () => {
    for (const key of ["at **String", "on **Number"])
      await expect(adopted(text.replace("at **Number", key))).rejects.toMatchObject({
        code: "ERR_ADOPTION",
        message: expect.stringContaining("would replace CatsTable, because of"),
      });
  });

  test("once taken over, stays as it is", async () => {
    const first = await adopted();
    const synthesis = synthesisOf(await manifestOf(text), { stackName: "ArcMoveStaging" });
    const { template } = keepDeployedIds(synthesis, deployedAs(first), false);
    requireFreeKeys(template, first);
    const again = compareTemplates(first, template);
    // Kept for the takeover alone.
    expect(again.map(({ logicalId, action }) => [logicalId, action])).toEqual([
      ["WebsocketDeployment", "remove"],
    ]);
    expect(again[0]?.isKept).toBe(true);
  });

  test("can be given back: Architect's template replaces nothing that Arclet kept", async () => {
    const back = compareTemplates(await adopted(), processed).filter(
      ({ action, type }) =>
        (action === "replace" || action === "remove") &&
        (holdsData(type) || type === "AWS::ApiGatewayV2::Api"),
    );
    // Architect has no dead letters: those of Arclet go with it.
    expect(back.map(({ logicalId }) => logicalId.replace(/Mail\w+$/, ""))).toEqual(["DeadLetters"]);
  });
});

test("a stack of Arclet's keeps its template", async () => {
  const { template, origins } = synthesisOf(await manifestOf(text));
  expect(keepDeployedIds({ template, origins }, deployedAs(template), false).template).toEqual(
    template,
  );
});

test("one key that two resources would hold is refused", async () => {
  const template = await adopted();
  const route: TemplateResource = {
    Type: "AWS::ApiGatewayV2::Route",
    Properties: { ApiId: { Ref: "WS" }, RouteKey: "shout" },
  };
  const twice = { ...template, Resources: { ...template.Resources, Mine: route } };
  expect(() => {
    requireFreeKeys(twice, processed);
  }).toThrow("ShoutWSRoute and Mine would both be route api WEBSOCKET shout");
});
