import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { BuiltFunction } from "@arclet/builder";
import { expect, onTestFinished, test } from "vitest";
import { withRealtime } from "../src/assets/realtime-functions.ts";
import { checkLogins, newAppSecret } from "../src/app-secret.ts";
import { manifestOf, templateOf } from "./apps.ts";
import { ofType, propertiesOf } from "./template-queries.ts";

const rooms = "@app\nchat\n\n@http\nget /\n\n@ws\n\n@rooms\nchat\n  presence true\nboard\n";
const logins = rooms.replace("@rooms", "@ws-settings\nauth ticket\n\n@rooms");

test("an app without rooms and logins has no resources for them", async () => {
  const template = JSON.stringify(templateOf(await manifestOf("@app\nplain\n\n@ws\n")));
  expect(template).not.toMatch(/realtime|ARC_ROOMS|ARC_WS_AUTH/i);
});

test("joins and leaves of a kind reach its function, and of no other", async () => {
  const template = templateOf(await manifestOf(rooms));
  const [mapping] = propertiesOf(template, "AWS::Lambda::EventSourceMapping");
  const { FilterCriteria: criteria } = mapping as {
    FilterCriteria: { Filters: { Pattern: string }[] };
  };
  expect(criteria.Filters.map(({ Pattern }) => JSON.parse(Pattern) as unknown)).toEqual([
    {
      eventName: ["INSERT", "REMOVE"],
      dynamodb: {
        Keys: {
          pk: { S: ["room#chat", { prefix: "room#chat:" }] },
          sk: { S: [{ prefix: "connection#" }] },
        },
      },
    },
  ]);
  expect(propertiesOf(template, "AWS::DynamoDB::Table")).toMatchObject([
    { StreamSpecification: { StreamViewType: "NEW_AND_OLD_IMAGES" } },
  ]);
});

test("connections of who has logged in may ask for the next one, and no others", async () => {
  const template = templateOf(await manifestOf(logins));
  const [routeId, route] =
    Object.entries(template.Resources)
      .map(([id, { Properties: properties }]) => [id, properties] as const)
      .find(([, properties]) => properties?.["RouteKey"] === "arclet-previous") ?? [];
  expect(route).toMatchObject({ RouteResponseSelectionExpression: "$default" });
  expect(route).not.toHaveProperty("AuthorizerId");
  const permission = template.Resources["WebSocketRollOverPermission"]?.Properties;
  expect(permission).toMatchObject({
    FunctionName: { Ref: expect.stringMatching(/^FunctionArcletAuthorizer/) },
    SourceArn: {
      "Fn::Sub": expect.stringMatching(/\$\{WebSocketApi\}\/staging\/arclet-previous$/),
    },
  });
  expect(propertiesOf(template, "AWS::ApiGatewayV2::RouteResponse")).toContainEqual(
    expect.objectContaining({ RouteId: { Ref: routeId } }),
  );
  expect(JSON.stringify(templateOf(await manifestOf(rooms)))).not.toContain("arclet-previous");
});

test("a fan-out runs once", async () => {
  const [config] = propertiesOf(
    templateOf(await manifestOf(rooms)),
    "AWS::Lambda::EventInvokeConfig",
  );
  expect(config).toMatchObject({ MaximumRetryAttempts: 0 });
});

test("only functions that use rooms may", async () => {
  const manifest = await manifestOf(rooms);
  const assets = [
    ...manifest.functions.map(({ id }) => id),
    "arclet/realtime",
    "arclet/static",
  ].map((functionId) => ({
    functionId,
    handler: "index.handler",
    bucket: "artifacts",
    key: "functions/0.zip",
    usesRealtime: functionId === "ws/default",
  }));
  const template = templateOf(manifest, { assets });
  const allowed = Object.entries(template.Resources)
    .filter(([, resource]) => resource.Type === "AWS::IAM::Role")
    .filter(([, resource]) => JSON.stringify(resource).includes('"RealtimeTable"'))
    .map(([id]) => id.replace(/^Role|[0-9a-f]{8}$/g, ""));
  expect(allowed.toSorted()).toEqual([
    "ArcletRealtime",
    "RoomsChat",
    "WsConnect",
    "WsDefault",
    "WsDisconnect",
  ]);
});

test("logins have an authorizer without identity sources, which sees the secret", async () => {
  const template = templateOf(await manifestOf(logins), {
    environment: [{ name: "ARC_APP_SECRET", revision: "1", bytes: 43 }],
  });
  const [authorizer] = propertiesOf(template, "AWS::ApiGatewayV2::Authorizer");
  expect(authorizer).toMatchObject({ AuthorizerType: "REQUEST" });
  expect(authorizer).not.toHaveProperty("IdentitySource");
  const functions = ofType(template, "AWS::Lambda::Function").map((one) => JSON.stringify(one));
  const own = functions.find((text) => text.includes("arclet/authorizer"));
  expect(own).toContain('"ARC_APP_SECRET"');
  expect(own).toContain('"ARC_WS_AUTH":"ticket"');
});

test("a secret is made for an app that needs one and has none", async () => {
  const [plain, login] = [await manifestOf(rooms), await manifestOf(logins)];
  const own = new Map([["ARC_APP_SECRET", { value: "x".repeat(43), revision: "1" }]]);
  expect(newAppSecret(plain, [{ sealsSessions: false }], new Map())).toBeNull();
  expect(newAppSecret(plain, [{ sealsSessions: true }], new Map())).toMatch(/^[\w-]{43}$/);
  expect(newAppSecret(login, [], new Map())).toMatch(/^[\w-]{43}$/);
  expect(newAppSecret(login, [], own)).toBeNull();
});

test("sessions alone are refused without a domain", async () => {
  const alone = await manifestOf(logins.replace("auth ticket", "auth session"));
  expect(() => checkLogins(alone)).toThrow("auth session");
  const both = await manifestOf(logins.replace("auth ticket", "auth ticket session"));
  expect(() => checkLogins(both)).not.toThrow();
});

test.each([
  ["cjs", "index.js", "exports.handler = async (event) => ({ statusCode: 200, id: event.id });"],
  [
    "esm",
    "index.mjs",
    "export const handler = async (event) => ({ statusCode: 200, id: event.id });",
  ],
] as const)("a function of %s runs inside what AWS needs around it", async (format, name, code) => {
  const root = await mkdtemp(join(tmpdir(), "arclet-around-"));
  onTestFinished(() => rm(root, { recursive: true }));
  const directory = join(root, "built");
  await mkdir(directory);
  await writeFile(join(directory, name), code);
  const built: BuiltFunction = {
    functionId: "ws/disconnect",
    directory,
    sourceDirectory: directory,
    handler: "index.handler",
    entry: join(directory, name),
    format,
    hash: "0",
    inputs: [],
  };
  const [around] = await withRealtime({ root, manifest: await manifestOf(rooms) }, [built]);
  expect(around?.handler).toBe("arclet-entry.handler");
  const { handler } = (await import(pathToFileURL(around?.entry ?? "").href)) as {
    handler: (event: object) => Promise<unknown>;
  };
  const channel = { realtime: () => Promise.resolve({ type: "done" }) };
  Object.assign(globalThis, { [Symbol.for("arclet.gateway")]: channel });
  onTestFinished(() => void Reflect.deleteProperty(globalThis, Symbol.for("arclet.gateway")));
  const event = { id: 7, requestContext: { connectionId: "x" } };
  expect(await handler(event)).toEqual({ statusCode: 200, id: 7 });
});
