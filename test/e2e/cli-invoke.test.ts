import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runCli } from "../helpers/cli-process.ts";
import { linkDependencies, temporaryFolder } from "../helpers/temporary-folder.ts";

const giveBack = "exports.handler = async (event) => { console.log('got it'); return event; };\n";

const manifest = `@app
invoked

@http
get /cats/:id
any /files/*

@ws
say

@ws-settings
authorizer src/ws/authorizer

@events
said

@queues
jobs

@scheduled
daily rate(1 day)

@tables
scores
  game *String
  points **Number

@tables-streams
scores
`;

const app = {
  ".arc": manifest,
  ...Object.fromEntries(
    [
      "http/get-cats-000id",
      "http/any-files-catchall",
      "ws/ws-connect",
      "ws/ws-default",
      "ws/ws-disconnect",
      "ws/say",
      "ws/authorizer",
      "events/said",
      "queues/jobs",
      "scheduled/daily",
      "tables-streams/scores",
    ].map((folder) => [`src/${folder}/index.js`, giveBack]),
  ),
};

/** Each function, and what its made-up event must say of it. */
const generated: readonly (readonly [functionId: string, event: object])[] = [
  [
    "http/get-cats-000id",
    {
      version: "2.0",
      routeKey: "GET /cats/{id}",
      rawPath: "/cats/id",
      pathParameters: { id: "id" },
      requestContext: { http: { method: "GET", sourceIp: "127.0.0.1" } },
    },
  ],
  [
    "http/any-files-catchall",
    { routeKey: "ANY /files/{proxy+}", pathParameters: { proxy: "proxy" } },
  ],
  [
    "ws/connect",
    {
      headers: { "X-Forwarded-For": "127.0.0.1" },
      requestContext: { routeKey: "$connect", eventType: "CONNECT", stage: "testing" },
    },
  ],
  ["ws/default", { body: "{}", requestContext: { routeKey: "$default", eventType: "MESSAGE" } }],
  ["ws/say", { body: '{"action":"say"}', requestContext: { routeKey: "say" } }],
  [
    "ws/disconnect",
    {
      requestContext: {
        routeKey: "$disconnect",
        eventType: "DISCONNECT",
        disconnectStatusCode: 1001,
      },
    },
  ],
  ["ws/authorizer", { type: "REQUEST", methodArn: expect.stringMatching(/\/testing\/\$connect$/) }],
  [
    "events/said",
    { Records: [{ EventSource: "aws:sns", Sns: { Message: "{}", Type: "Notification" } }] },
  ],
  [
    "queues/jobs",
    {
      Records: [
        {
          eventSource: "aws:sqs",
          eventSourceARN: expect.stringMatching(/:invoked-staging-jobs\.fifo$/),
          attributes: { MessageGroupId: "jobs", ApproximateReceiveCount: "1" },
        },
      ],
    },
  ],
  ["scheduled/daily", { "detail-type": "Scheduled Event", source: "aws.events" }],
  [
    "tables-streams/scores",
    {
      Records: [
        {
          eventName: "INSERT",
          dynamodb: { Keys: { game: { S: "example" }, points: { N: "1" } } },
          eventSourceARN: expect.stringContaining("table/invoked-staging-scores/stream/"),
        },
      ],
    },
  ],
];

describe("arclet invoke", () => {
  test.each(generated)("%s gets an event of its kind", async (functionId, event) => {
    await using folder = await temporaryFolder(app);
    await linkDependencies(folder.path);
    const { code, stdout, output } = await runCli(["invoke", functionId, folder.path]);
    expect(JSON.parse(stdout)).toMatchObject(event);
    // What is no result does not get in the way of who reads the standard output.
    expect(stdout).not.toContain("got it");
    expect(output).toContain("│ got it");
    expect(output).toMatch(new RegExp(`${functionId} ok in [\\d.]+ ms, init [\\d.]+ ms`));
    expect(code).toBe(0);
  });

  test("--event gives the event, and --verbose Lambda's lines", async () => {
    await using folder = await temporaryFolder({
      ...app,
      "event.json": '// a note\n{ "body": "hello", }\n',
    });
    await linkDependencies(folder.path);
    const file = join(folder.path, "event.json");
    const words = ["invoke", "ws/say", folder.path, "--event", file, "--verbose"];
    const { code, stdout, output } = await runCli(words);
    expect([code, JSON.parse(stdout)]).toEqual([0, { body: "hello" }]);
    expect(output).toMatch(/START RequestId: [-\w]+ Version/);
    expect(output).toMatch(/REPORT RequestId: [-\w]+\tDuration: [\d.]+ ms\t/);
  });

  test("a function that fails is shown with its place, and ends with 1", async () => {
    await using folder = await temporaryFolder({
      ".arc": "@app\nfails\n\n@scheduled\ndaily rate(1 day)\n",
      "src/scheduled/daily/index.ts":
        "const rows: string[] = [];\nexport const handler = async () => {\n  throw new RangeError(`no row of ${rows.length}`);\n};\n",
    });
    const { code, stdout, output } = await runCli(["invoke", "scheduled/daily", folder.path]);
    expect([code, stdout]).toEqual([1, ""]);
    expect(output).toContain("RangeError: no row of 0");
    expect(output).toContain("src/scheduled/daily/index.ts:3");
    expect(output).toContain("scheduled/daily failed in");
  });

  test("the functions it reaches run, and --data keeps what they wrote", async () => {
    const table = 'const { notes } = await (await import("@arclet/functions")).tables();';
    await using folder = await temporaryFolder({
      ".arc":
        "@app\nreaches\n\n@http\nget /\n\n@scheduled\ndaily rate(1 day)\n\n@events\ntold\n\n@tables\nnotes\n  id *String\n",
      "src/scheduled/daily/index.mjs":
        'import { events } from "@arclet/functions";\nexport const handler = async () => events.publish({ name: "told", payload: "a note" });\n',
      "src/events/told/index.mjs": `export const handler = async ({ Records: [{ Sns }] }) => {\n  ${table}\n  await notes.put({ id: "1", text: JSON.parse(Sns.Message) });\n};\n`,
      "src/http/get-index/index.mjs": `export const handler = async () => {\n  ${table}\n  return notes.get({ id: "1" });\n};\n`,
    });
    await linkDependencies(folder.path);
    const data = join(folder.path, ".arclet/data");
    const told = await runCli(["invoke", "scheduled/daily", folder.path, "--data", data]);
    expect([told.code, JSON.parse(told.stdout)]).toEqual([0, expect.stringMatching(/^[-\w]{36}$/)]);
    const read = await runCli(["invoke", "http/get-index", folder.path, "--data", data]);
    expect([read.code, JSON.parse(read.stdout)]).toEqual([0, { id: "1", text: "a note" }]);
  });

  test("what cannot be invoked is told", async () => {
    await using folder = await temporaryFolder({ ...app, "event.json": '{\n  "body": \n}\n' });
    await linkDependencies(folder.path);
    const unknown = await runCli(["invoke", "scheduled/dayly", folder.path]);
    expect(unknown.code).toBe(1);
    expect(unknown.output).toContain("Did you mean scheduled/daily?");
    const file = join(folder.path, "event.json");
    const broken = await runCli(["invoke", "ws/say", folder.path, "--event", file]);
    expect(broken.code).toBe(1);
    expect(broken.output).toContain("event.json:3:1: value expected");
    const missing = await runCli(["invoke", "ws/say", folder.path, "--event", `${file}.not`]);
    expect([missing.code, missing.output]).toEqual([1, expect.stringContaining("no such file")]);
    const none = await runCli(["invoke"], { cwd: folder.path });
    expect([none.code, none.output]).toEqual([1, expect.stringContaining("Functions: ")]);
  });
});
