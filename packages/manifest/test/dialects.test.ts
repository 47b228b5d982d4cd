import architectParser from "@architect/parser";
import { describe, expect, test } from "vitest";
import { parseJson, parseYaml } from "../src/formats.ts";
import { parseArc, resolveManifest, type Manifest } from "../src/index.ts";

function read(text: string): Manifest {
  const parsed = parseArc(text, { file: "app.arc" });
  return accept(parsed);
}

function accept(parsed: ReturnType<typeof parseArc>): Manifest {
  const { manifest, diagnostics } = resolveManifest(parsed.document);
  expect(
    [...parsed.diagnostics, ...diagnostics].filter(({ severity }) => severity === "error"),
  ).toEqual([]);
  if (manifest === null) throw new Error("no manifest");
  return manifest;
}

const functionIds = (manifest: Manifest): string[] => manifest.functions.map(({ id }) => id);

describe("what public apps write", () => {
  test.each([
    ["trailing spaces behind pragmas", "@app \nx\n\n@ws \n"],
    ["an empty pragma directly followed by the next", "@app\nx\n@ws\n@http\nget /\n"],
    [
      "keys indented by four, and a line of spaces",
      "@app\nx\n\n@tables\ncats\n    id *String\n    \n",
    ],
    ["bare stars", "@app\nx\n\n@tables\ncats\n  id *\n  at **\n"],
    ["any attribute as time to live", "@app\nx\n\n@tables\ncats\n  id *String\n  expires TTL\n"],
    ["ttl ttl", "@app\nx\n\n@tables\ncats\n  id *String\n  ttl ttl\n"],
    [
      "the old @indexes with a name",
      "@app\nx\n\n@tables\ncats\n  id *String\n\n@indexes\ncats\n  name *String\n",
    ],
    [
      "one table twice under @tables-indexes",
      "@app\nx\n\n@tables\ncats\n  id *String\n\n@tables-indexes\ncats\n  a *String\ncats\n  b *String\n",
    ],
    ["@create in the manifest", "@app\nx\n\n@create\nautocreate true\n"],
    ["comments as a whole body", "@app\nx\n\n@ws\n# none\n# yet\n"],
    ["a comment behind a value", "@app\nx\n\n@aws\nprofile begin #brian\n"],
    ["routes indented by two, blank lines between", "@app\nx\n\n@http\n  get /\n\n  post /\n"],
    ["no newline at the end", "@app\nx\n\n@ws"],
    ["old buckets of @static", "@app\nx\n\n@static\nstaging my-bucket\nproduction other-bucket\n"],
    [
      "pragmas of plugins",
      "@app\nx\n\n@plugins\narchitect/plugin-typescript\n\n@typescript\nbase-runtime nodejs22.x\n",
    ],
    ["Windows line ends", "@app\r\nx\r\n\r\n@http\r\nget /\r\n"],
    ["a byte order mark", "\uFEFF@app\nx\n"],
  ])("%s", (_what, text) => {
    expect(read(text).app).toBe("x");
  });

  test("one path with several methods, as maps", () => {
    const manifest = read(
      "@app\nx\n\n@http\n/cats\n  method get\n  src lib/get\n/cats\n  method post\n  src lib/post\n",
    );
    expect(functionIds(manifest)).toEqual(["http/get-cats", "http/post-cats"]);
    expect(manifest.functions[1]?.sourceCandidates).toEqual(["lib/post"]);
  });

  test("the three lifecycle functions are always there, in both layouts", () => {
    const manifest = read("@app\nx\n\n@ws\n");
    expect(manifest.ws?.routes.map(({ routeKey }) => routeKey)).toEqual([
      "$connect",
      "$default",
      "$disconnect",
    ]);
    expect(manifest.functions[0]?.sourceCandidates).toEqual([
      "src/ws/connect",
      "src/ws/ws-connect",
      "src/ws/ws-$connect",
    ]);
  });

  test("a lifecycle function may have a source, and an action answers when asked to", () => {
    const manifest = read("@app\nx\n\n@ws\nconnect\n  src lib/open\nask\n  response true\n");
    expect(manifest.functions[0]?.sourceCandidates).toEqual(["lib/open"]);
    expect(manifest.ws?.routes.at(-1)).toMatchObject({ routeKey: "ask", hasRouteResponse: true });
  });

  test("settings of the socket API", () => {
    const manifest = read(
      "@app\nx\n\n@ws\n\n@ws-settings\nselection $request.body.type\nauthorizer src/ws/auth\nidentity header.Authorization querystring.token\n",
    );
    expect(manifest.ws?.routeSelectionExpression).toBe("$request.body.type");
    expect(manifest.ws?.authorizer).toEqual({
      functionId: "ws/authorizer",
      identitySources: ["route.request.header.Authorization", "route.request.querystring.token"],
    });
    expect(manifest.ws?.stage).toEqual({
      throttlingRateLimit: 1000,
      throttlingBurstLimit: 500,
      hasAccessLogs: false,
    });
    const stage = "throttlingRateLimit 20\nthrottlingBurstLimit 40\naccessLogs true\n";
    expect(read(`@app\nx\n\n@ws\n\n@ws-settings\n${stage}`).ws?.stage).toEqual({
      throttlingRateLimit: 20,
      throttlingBurstLimit: 40,
      hasAccessLogs: true,
    });
  });

  test("messages that keep a connection open", () => {
    const settings = "@ws-settings\nkeepAlive true\n";
    expect(read(`@app\nx\n\n@ws\n\n${settings}`).ws?.keepAlive).toBe(true);
    expect(read(`@app\nx\n\n${settings}\n@ws\nsay\n`).ws?.keepAlive).toBe(true);
    expect(read("@app\nx\n\n@ws\n").ws?.keepAlive ?? false).toBe(false);
  });

  test("folders of routes are named as Architect names them", () => {
    const manifest = read("@app\nx\n\n@http\nget /\nget /cats/:catID\nany /api/*\nget /a-b/c.d\n");
    expect(functionIds(manifest)).toEqual([
      "http/get-index",
      "http/get-cats-000catID",
      "http/any-api-catchall",
      "http/get-a_b-c_d",
    ]);
  });

  test("defaults of @aws hold for every function", () => {
    const [first] = read("@app\nx\n\n@http\nget /\n\n@aws\nmemory 256\nruntime node\n").functions;
    expect(first?.config).toMatchObject({
      memory: 256,
      timeout: 5,
      runtime: "nodejs24.x",
      architecture: "arm64",
    });
  });

  test("permissions are actions and what they are for, in one line or in several", () => {
    const [first] = read(
      "@app\nx\n\n@http\nget /\n\n@aws\npolicies architect-default-policies arn:aws:iam::aws:policy/A\nallow s3:GetObject s3:PutObject arn:aws:s3:::a/* arn:aws:s3:::b/*\nallow\n  ses:SendEmail *\n  sts:* arn:aws:iam::1:role/r\n",
    ).functions;
    expect(first?.config).toMatchObject({
      policies: ["arn:aws:iam::aws:policy/A"],
      allow: [
        {
          actions: ["s3:GetObject", "s3:PutObject"],
          resources: ["arn:aws:s3:::a/*", "arn:aws:s3:::b/*"],
        },
        { actions: ["ses:SendEmail"], resources: ["*"] },
        { actions: ["sts:*"], resources: ["arn:aws:iam::1:role/r"] },
      ],
    });
  });

  test("switched off static files", () => {
    expect(read("@app\nx\n\n@static\nfalse\n").static).toBeNull();
  });
});

describe("other forms say the same", () => {
  const arc =
    "@app\nx\n\n@http\nget /\n\n@ws\nhello\n\n@tables\ncats\n  id *String\n\n@static\nspa true\n";
  const plain = (manifest: Manifest): unknown =>
    JSON.parse(
      JSON.stringify({ ...manifest, pragmas: null }, (key, value: unknown) =>
        key === "origin" ? undefined : value,
      ),
    );

  test("JSON, with lists of single-key objects and a path more than once", () => {
    const json =
      '{ "app": "x", "http": [["get", "/"]], "ws": ["hello"], "tables": [{ "cats": { "id": "*String" } }], "static": [["spa", true]] }';
    const parsed = parseJson(json, { file: "arc.json" });
    if (parsed === null) throw new Error("nothing parsed");
    expect(plain(accept(parsed))).toEqual(plain(read(arc)));
    const twice =
      '{ "app": "x", "http": [{ "/a": { "method": "get", "src": "a" } }, { "/a": { "method": "post", "src": "b" } }] }';
    const second = parseJson(twice, { file: "arc.json" });
    expect(second === null ? [] : functionIds(accept(second))).toEqual([
      "http/get-a",
      "http/post-a",
    ]);
  });

  test("package.json under arc or architect", () => {
    const parsed = parseJson('{ "name": "p", "arc": { "app": "x", "ws": [] } }', {
      file: "package.json",
      keys: ["arc", "architect"],
    });
    expect(parsed === null ? null : accept(parsed).ws?.routes.length).toBe(3);
    expect(parseJson('{ "name": "p" }', { file: "package.json", keys: ["arc"] })).toBeNull();
  });

  test("YAML", () => {
    const yaml =
      "app: x\nhttp:\n  - get /\nws:\n  - hello\ntables:\n  - cats:\n      id: '*String'\nstatic:\n  spa: true\n";
    expect(plain(accept(parseYaml(yaml, { file: "arc.yaml" })))).toEqual(plain(read(arc)));
  });

  test("broken JSON and YAML are reported with their places", () => {
    expect(parseJson('{ "app": }', { file: "arc.json" })?.diagnostics[0]).toMatchObject({
      code: "syntax-error",
      location: { line: 1, column: 9 },
    });
    expect(parseYaml("app: [x\n", { file: "arc.yaml" }).diagnostics[0]?.code).toBe("syntax-error");
  });
});

describe("against Architect's own parser", () => {
  test.each([
    "@app\ntestapp\n\n@http\nget /\npost /cats/:id\n\n@events\na\nb\n",
    "@app\nx\n\n@tables\ncats\n  id *String\n  age **Number\n\n@aws\nregion us-west-2\ntimeout 30\n",
    "@app\nx\n\n@static\nfingerprint true\nignore\n  a\n  b\n\n@http\n/cats\n  method get\n  src lib/cats\n",
    "@app\n'my app' # comment\n\n@scheduled\ndaily rate(1 day)\n",
  ])("plain values are the same (%#)", (text) => {
    const theirs = architectParser(text) as Record<string, unknown>;
    const parsed = parseArc(text, { file: "app.arc" });
    const withPlugins = resolveManifest(
      parseArc(text.replace("'my app'", "myapp"), { file: "app.arc" }).document,
    );
    const ours = withPlugins.manifest?.pragmas ?? {};
    expect(parsed.diagnostics).toEqual([]);
    for (const name of Object.keys(ours)) {
      if (name !== "app") expect(ours[name]).toEqual(theirs[name]);
    }
  });
});

test("the schema that a file names for editors is not a pragma", () => {
  const json = parseJson('{ "$schema": "./arc.schema.json", "app": "x" }', { file: "arc.json" });
  const yaml = parseYaml("$schema: ./arc.schema.json\napp: x\n", { file: "arc.yaml" });
  for (const parsed of [json, yaml]) {
    if (parsed === null) throw new Error("not parsed");
    expect(resolveManifest(parsed.document).diagnostics).toEqual([]);
    expect(accept(parsed).app).toBe("x");
  }
});
