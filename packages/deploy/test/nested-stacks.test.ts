import { joinTemplates, type StackTemplates, type Template } from "@arclet/deploy";
import { expect, test } from "vitest";
import { compareTemplates } from "../src/template/compare-templates.ts";
import { nestedFunctionName } from "../src/template/logical-ids.ts";
import { apps, manifestOf, synthesisOf, templateOf } from "./apps.ts";
import { bigApp, templatesOf } from "./big-app.ts";
import { withMoves } from "../src/updates/step-differences.ts";
import { expectValid } from "./expect-valid.ts";
import { isAllowed } from "./policy-evaluator.ts";
import { refusedByAws } from "./update-judge.ts";

const typesOf = ({ Resources: resources }: Template): ReadonlySet<string> =>
  new Set(Object.values(resources).map(({ Type: type }) => type));

/** What a nested stack may hold: a function, and what exists for it alone. */
const functionTypes = new Set([
  "AWS::IAM::Role",
  "AWS::Lambda::Alias",
  "AWS::Lambda::EventInvokeConfig",
  "AWS::Lambda::EventSourceMapping",
  "AWS::Lambda::Function",
  "AWS::Lambda::Permission",
  "AWS::Lambda::Version",
  "AWS::Logs::LogGroup",
  "AWS::CloudWatch::Alarm",
  "AWS::SNS::Subscription",
  "AWS::Scheduler::Schedule",
]);

/** Logical ids that a template refers to and has not. */
function danglingIds({ Resources, Parameters = {}, Outputs }: Template): readonly string[] {
  const text = JSON.stringify([Resources, Outputs]);
  const found = new Set<string>();
  for (const [, id = ""] of text.matchAll(/"(?:Ref|Fn::GetAtt)":\[?"([A-Za-z0-9]+)"/g))
    found.add(id);
  for (const [, id = ""] of text.matchAll(/\$\{([A-Za-z0-9]+)(?:\.[\w.]+)?\}/g)) found.add(id);
  for (const { DependsOn: others = [] } of Object.values(Resources))
    for (const id of [others].flat()) found.add(id);
  return [...found].filter((id) => !(id in Resources) && !(id in Parameters));
}

/** Throws for a circle of references and `DependsOn`. */
function requireNoCircle({ Resources: resources }: Template): void {
  const done = new Set<string>();
  const visit = (id: string, path: readonly string[]): void => {
    if (path.includes(id)) throw new Error(`a circle: ${[...path, id].join(" → ")}`);
    const resource = resources[id];
    if (resource === undefined || done.has(id)) return;
    const text = JSON.stringify(resource);
    for (const [, other = ""] of text.matchAll(/(?:"|\$\{)([A-Za-z0-9]+)(?:["}.])/g))
      if (other !== id && other in resources) visit(other, [...path, id]);
    done.add(id);
  };
  for (const id of Object.keys(resources)) visit(id, []);
}

function requireSound({ root, nested }: StackTemplates): void {
  for (const template of [root, ...nested.values()]) {
    expectValid(template);
    expect(danglingIds(template)).toEqual([]);
    requireNoCircle(template);
  }
}

test("an app of 300 HTTP functions and 200 others is within CloudFormation's limits", async () => {
  const manifest = await bigApp();
  expect(manifest.functions).toHaveLength(499);
  const templates = templatesOf(manifest);
  const { root, nested } = templates;
  requireSound(templates);
  expect(Object.keys(root.Resources).length).toBeLessThanOrEqual(500);
  expect(nested.size).toBe(16);
  for (const template of nested.values()) {
    expect([...typesOf(template)].filter((type) => !functionTypes.has(type))).toEqual([]);
    expect(Object.keys(template.Resources).length).toBeLessThanOrEqual(500);
    expect(Object.keys(template.Parameters ?? {}).length).toBeLessThanOrEqual(200);
    expect(Buffer.byteLength(JSON.stringify(template))).toBeLessThan(1_000_000);
  }
  expect(Object.keys(joinTemplates(templates).Resources).length).toBeLessThanOrEqual(2500);
  // 300 functions of routes: the static one is the last.
  const body = root.Resources["HttpApi"]?.Properties?.["Body"];
  const { paths, components } = body as unknown as {
    readonly paths: object;
    readonly components: { readonly "x-amazon-apigateway-integrations": object };
  };
  const integrations = Object.keys(components["x-amazon-apigateway-integrations"]);
  expect(integrations).toHaveLength(300);
  const used = JSON.stringify(paths).match(/x-amazon-apigateway-integrations\/\w+/g) ?? [];
  expect(new Set(used.map((name) => name.split("/").at(-1)))).toEqual(new Set(integrations));
  expect([...typesOf(root)]).not.toContain("AWS::Lambda::Function");
});

test.each(apps)("%s can be in nested stacks", async (_name, text) => {
  const manifest = await manifestOf(text);
  const templates = templatesOf(manifest, { resourceLimit: 0 });
  requireSound(templates);
  // Roles that API Gateway and functions have are bounded alike.
  const { permissionsBoundary } = manifest.aws;
  const roles = [templates.root, ...templates.nested.values()].flatMap(({ Resources }) =>
    Object.values(Resources).filter(({ Type: type }) => type === "AWS::IAM::Role"),
  );
  for (const { Properties: properties } of roles)
    expect(properties?.["PermissionsBoundary"]).toBe(permissionsBoundary ?? undefined);
});

test("API Gateway may invoke the app's functions for HTTP and sockets, and no others", async () => {
  const [, every = ""] = apps.find(([name]) => name === "every pragma") ?? [];
  const manifest = await manifestOf(every);
  const { root } = templatesOf(manifest, { resourceLimit: 0 });
  const may = (name: string): boolean =>
    isAllowed(root, "ApiInvocation", {
      action: "lambda:InvokeFunction",
      resource: `arn:aws:lambda:us-east-1:123456789012:function:${name}`,
    });
  for (const id of ["http/get-index", "http/any-api-catchall", "ws/default", "arclet/static"]) {
    expect(may(nestedFunctionName("AllStaging", id))).toBe(true);
    expect(may(`${nestedFunctionName("AllStaging", id)}:live`)).toBe(true);
  }
  for (const id of ["events/adopted", "queues/mail", "scheduled/daily", "tables-streams/cats"])
    expect(may(nestedFunctionName("AllStaging", id))).toBe(false);
  expect(may(nestedFunctionName("OtherStaging", "http/get-index"))).toBe(false);
  expect(may(nestedFunctionName("AllStagingPreview", "http/get-index"))).toBe(false);
});

test("the route by which connections roll over is beside the WebSocket API, and reaches its function", async () => {
  const manifest = await manifestOf("@app\nbig\n\n@ws\n\n@ws-settings\nauth ticket\n");
  const templates = templatesOf(manifest, { resourceLimit: 0 });
  requireSound(templates);
  const { root } = templates;
  const route = Object.values(root.Resources).find(
    ({ Properties: properties }) => properties?.["RouteKey"] === "arclet-previous",
  );
  expect(route?.Properties).toMatchObject({
    ApiId: { Ref: "WebSocketApi" },
    RouteResponseSelectionExpression: "$default",
  });
  const [, integrationId = ""] = /\$\{(\w+)\}/.exec(JSON.stringify(route?.Properties)) ?? [];
  const name = nestedFunctionName("AllStaging", "arclet/authorizer");
  expect(root.Resources[integrationId]?.Properties).toMatchObject({
    IntegrationUri: { "Fn::Sub": expect.stringContaining(`:function:${name}/invocations`) },
    CredentialsArn: { "Fn::GetAtt": ["ApiInvocation", "Arn"] },
  });
  const resource = `arn:aws:lambda:us-east-1:123456789012:function:${name}`;
  expect(isAllowed(root, "ApiInvocation", { action: "lambda:InvokeFunction", resource })).toBe(
    true,
  );
});

test("what holds data or a URL is in the root under the id that it always has", async () => {
  const manifest = await bigApp();
  const flat = synthesisOf(manifest).template;
  const { root, nested } = templatesOf(manifest, { flat });
  const inNested = new Set([...nested.values()].flatMap(({ Resources }) => Object.keys(Resources)));
  const lost = Object.entries(flat.Resources).filter(
    ([id, { Type: type }]) =>
      !(id in root.Resources) &&
      !inNested.has(id) &&
      // In the body of the API, and in one role.
      !/^AWS::ApiGatewayV2::(Route|Integration)$|^AWS::Lambda::Permission$/.test(type),
  );
  expect(lost).toEqual([]);
  for (const [id, { Type: type }] of Object.entries(flat.Resources))
    if (/Table$|Topic$|Queue$|Bucket$|::Api$|::Stage$|SSM::Parameter$/.test(type))
      expect([id, id in root.Resources]).toEqual([id, true]);
});

test("a small app has the template that it always had", async () => {
  const manifest = await manifestOf("@app\nsmall\n\n@http\nget /\n\n@ws\n");
  const flat = synthesisOf(manifest).template;
  const templates = templatesOf(manifest, { flat, deployed: flat });
  expect(templates.root).toBe(flat);
  expect(joinTemplates(templates)).toBe(flat);
});

test("a function stays in its nested stack whatever else the app has, also when the app is small again", async () => {
  const [small, large] = await Promise.all(
    [
      ["a", "b"],
      ["a", "b", "c", "d", "e", "f"],
    ].map(async (names) =>
      manifestOf(`@app\nbig\n\n@http\n${names.map((name) => `get /${name}`).join("\n")}\n`),
    ),
  );
  if (small === undefined || large === undefined) throw new Error("no manifests");
  const before = templatesOf(large, { resourceLimit: 0 });
  const after = templatesOf(small, { deployed: before.root });
  requireSound(after);
  expect(after.nested.size).toBeGreaterThan(0);
  const kept = compareTemplates(joinTemplates(before), joinTemplates(after)).filter(
    ({ action }) => action !== "remove",
  );
  expect(kept.map(({ type }) => type)).toEqual(["AWS::ApiGatewayV2::Api"]);
});

test("the order of the manifest's lines makes no other nested template", async () => {
  const [one, other] = await Promise.all(
    [
      ["get /a", "get /b", "get /c/:id", "post /a"],
      ["post /a", "get /c/:id", "get /b", "get /a"],
    ].map(async (lines) => manifestOf(`@app\nbig\n\n@http\n${lines.join("\n")}\n\n@ws\n`)),
  );
  if (one === undefined || other === undefined) throw new Error("no manifests");
  const [before, after] = [one, other].map((manifest) =>
    templatesOf(manifest, { resourceLimit: 0 }),
  );
  expect(JSON.stringify([...(after?.nested ?? [])])).toBe(
    JSON.stringify([...(before?.nested ?? [])]),
  );
});

const routes = (count: number): string =>
  Array.from({ length: count }, (_, index) => `get /r${index}`).join("\n");

test("an app that grows beyond one stack keeps what it has, and goes back to it", async () => {
  const [small, grown, later] = await Promise.all(
    [79, 150, 151].map((count) => manifestOf(`@app\nbig\n\n@http\n${routes(count)}\n`)),
  );
  if (small === undefined || grown === undefined || later === undefined) throw new Error("no app");
  const before = templatesOf(small);
  expect(before.nested.size).toBe(0);
  const after = templatesOf(grown, { deployed: before.root });
  requireSound(after);
  const [from, to] = [joinTemplates(before), joinTemplates(after)];
  expect(refusedByAws(from, to)).toEqual([]);
  const differences = withMoves(compareTemplates(from, to));
  // Functions, their roles, and the permissions for which there is a role now.
  const moved = differences.filter(({ action }) => action === "replace");
  expect(new Set(moved.map(({ type }) => type))).toEqual(
    new Set(["AWS::Lambda::Function", "AWS::IAM::Role"]),
  );
  expect(moved).toHaveLength(2 * 80);
  const removed = differences.filter(({ action }) => action === "remove");
  expect(new Set(removed.map(({ type }) => type))).toEqual(new Set(["AWS::Lambda::Permission"]));
  // Another function moves nothing, and the way back is one that AWS takes.
  const next = joinTemplates(templatesOf(later, { deployed: after.root }));
  expect(compareTemplates(to, next).map(({ action }) => action)).toEqual(
    compareTemplates(to, next).map(() => "add"),
  );
  expect(refusedByAws(to, from)).toEqual([]);
});

test("AWS would refuse log groups that move with their functions", async () => {
  const manifest = await manifestOf("@app\nbig\n\n@http\nget /\n");
  const before = templatesOf(manifest);
  const moving = joinTemplates(templatesOf(manifest, { resourceLimit: 0 }));
  expect(refusedByAws(joinTemplates(before), moving)).toContainEqual(
    expect.stringMatching(/LogGroup.* already exists/),
  );
});

test("an API that has a resource for each route takes no 300, and the refusal says what does", async () => {
  const [small, large] = await Promise.all(
    [10, 300].map((count) =>
      manifestOf(`@app\nbig\n\n@static\nfalse\n\n@http\n${routes(count)}\n`),
    ),
  );
  if (small === undefined || large === undefined) throw new Error("no app");
  const deployed = templatesOf(small).root;
  expect(() => templatesOf(large, { deployed })).toThrow(
    expect.objectContaining({
      code: "ERR_TEMPLATE_LIMIT",
      hints: [expect.stringContaining("arclet deploy --name NAME"), expect.any(String)],
    }),
  );
  expect(templatesOf(large).nested.size).toBe(16);
});

test("300 functions and static files are one integration more than an HTTP API takes", async () => {
  const manifest = await manifestOf(`@app\nbig\n\n@http\n${routes(300)}\n`);
  expect(() => templatesOf(manifest)).toThrow(/needs 301 integrations/);
});

test("names of functions are theirs alone, begin with the stack's and fit", () => {
  const id = "tables-streams/a-very-long-name-of-a-table-that-goes-on-and-on-and-on";
  const long = `${"Stack".repeat(20)}Staging`;
  expect(nestedFunctionName("EchoStaging", "http/get-cats-000id")).toMatch(
    /^EchoStaging-http-get-cats-000id-[0-9a-f]{8}$/,
  );
  const name = nestedFunctionName(long, id);
  expect(name.length).toBeLessThanOrEqual(64);
  expect(name).not.toBe(nestedFunctionName(`${long}B`, id));
  expect(name).not.toBe(nestedFunctionName(long, `${id}s`));
});

test("a plugin's route with an authorizer is refused in a body, and not opened to the public", async () => {
  const manifest = await manifestOf("@app\nbig\n\n@http\nget /\n");
  const flat = templateOf(manifest);
  const [id = "", route] =
    Object.entries(flat.Resources).find(([, { Type: type }]) => type.endsWith("::Route")) ?? [];
  if (route === undefined) throw new Error("no route");
  const changed = {
    ...flat,
    Resources: {
      ...flat.Resources,
      [id]: { ...route, Properties: { ...route.Properties, AuthorizationType: "AWS_IAM" } },
    },
  };
  expect(() => templatesOf(manifest, { flat: changed, resourceLimit: 0 })).toThrow(
    /The route GET \/ has AuthorizationType/,
  );
});

test("a function that a plugin's resource waits for, and another function for that, stays in the root", async () => {
  const manifest = await manifestOf("@app\nbig\n\n@http\nget /a\nget /b\n");
  const flat = templateOf(manifest);
  const [a = "", b = ""] = Object.keys(flat.Resources).filter((id) =>
    id.startsWith("FunctionHttp"),
  );
  const reader = flat.Resources[b];
  if (reader === undefined) throw new Error("no function");
  const environment = reader.Properties?.["Environment"] as { readonly Variables: object };
  const changed = {
    ...flat,
    Resources: {
      ...flat.Resources,
      Custom: {
        Type: "AWS::Lambda::Url",
        Properties: { TargetFunctionArn: { Ref: a }, AuthType: "AWS_IAM" },
      },
      [b]: {
        ...reader,
        Properties: {
          ...reader.Properties,
          Environment: {
            Variables: {
              ...environment.Variables,
              OTHER: { "Fn::GetAtt": ["Custom", "FunctionUrl"] },
            },
          },
        },
      },
    },
  };
  const templates = templatesOf(manifest, { flat: changed, resourceLimit: 0 });
  expect(templates.root.Resources[a]?.Type).toBe("AWS::Lambda::Function");
  expect(templates.root.Resources[b]).toBeUndefined();
  requireSound(templates);
});
