import { expect, test } from "vitest";
import { CliProcess } from "../helpers/cli-process.ts";
import { installed, projectWith } from "./architect-app.ts";

/** As its documentation has it: the table `data`, found by discovery. */
const project = {
  "app.arc": `@app
notes-app

@http
get /
get /stranger

@tables
data
  scopeID *String
  dataID **String
  ttl TTL
`,
  "src/http/get-index/index.mjs": `import data from "@begin/data";
export const handler = async () => {
  await data.set({ table: "notes", key: "a", text: "first" });
  await data.set([{ table: "notes", key: "b", text: "second" }, { table: "notes", key: "c", text: "third" }]);
  await data.destroy({ table: "notes", key: "c" });
  const { hits } = await data.incr({ table: "counters", key: "visits", prop: "hits" });
  const one = await data.get({ table: "notes", key: "a" });
  const all = await data.get({ table: "notes" });
  return {
    statusCode: 200,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ one: one.text, all: all.map(({ text }) => text).toSorted(), hits }),
  };
};
`,
  "src/http/get-stranger/index.mjs": `const { ports } = JSON.parse(process.env.ARC_SANDBOX);
const ask = async (target, body) => {
  const response = await fetch(\`http://localhost:\${ports._arc}/_arc/ssm\`, {
    method: "POST",
    headers: { "x-amz-target": "AmazonSSM." + target },
    body: JSON.stringify(body),
  });
  return [response.status, await response.json()];
};
export const handler = async () => ({
  statusCode: 200,
  headers: { "content-type": "application/json" },
  body: JSON.stringify({
    own: await ask("GetParameter", { Name: "/NotesAppTesting/tables/data" }),
    other: await ask("GetParameter", { Name: "/OtherAppTesting/tables/data" }),
    absent: await ask("GetParameter", { Name: "/NotesAppTesting/tables/none" }),
    tables: await ask("GetParametersByPath", { Path: "/NotesAppTesting/tables" }),
    whole: await ask("GetParametersByPath", { Path: "/NotesAppTesting", Recursive: true }),
    otherTables: await ask("GetParametersByPath", { Path: "/OtherAppTesting/tables" }),
    unknown: await ask("PutParameter", { Name: "/NotesAppTesting/tables/data" }),
  }),
});
`,
};

test("@begin/data 5 runs as it is", async () => {
  const modules = await installed("begin-data-5", ["@begin/data@5"]);
  await using app = await projectWith(project, modules);
  await using cli = new CliProcess(["sandbox", "--port", "0"], { cwd: app.path });
  const [, url = ""] = await cli.waitFor(/(http:\/\/localhost:\d+)/);
  const page = await fetch(url);
  expect(await page.json()).toEqual({ one: "first", all: ["first", "second"], hits: 1 });

  const parameter = { Name: "/NotesAppTesting/tables/data", Value: "notes-app-staging-data" };
  const answers = (await (await fetch(`${url}/stranger`)).json()) as Record<string, unknown>;
  expect(answers).toMatchObject({
    own: [200, { Parameter: { ...parameter, Type: "String", Version: 1 } }],
    other: [400, { __type: "ParameterNotFound" }],
    absent: [400, { __type: "ParameterNotFound" }],
    tables: [200, { Parameters: [parameter] }],
    otherTables: [200, { Parameters: [] }],
    unknown: [400, { __type: "InternalServerError" }],
  });
  expect(JSON.stringify(answers["whole"])).toContain("/NotesAppTesting/tables/data");
  expect(JSON.stringify(answers["whole"])).toContain("/NotesAppTesting/ARC_SANDBOX/ports");
}, 240_000);
