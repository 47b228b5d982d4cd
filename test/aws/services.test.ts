import { describeApp, destroyApp } from "@arclet/deploy";
import { expect, test, vi } from "vitest";
import { createAppFolder, deploy, get, projectOf } from "./deployment.ts";

const note = (id: string): string => `
import { tables } from "@arclet/functions";
export async function handler() {
  const { notes } = await tables();
  await notes.put({ id: "${id}", by: process.env.AWS_LAMBDA_FUNCTION_NAME });
}
`;

const files = {
  "app.arc": `@app
services

@http
get /start
get /seen

@tables
notes
  id *String

@tables-streams
notes

@events
adopted

@queues
mail

@scheduled
daily rate(1 day)
`,
  "src/http/get-start/index.js": `
import { events, queues } from "@arclet/functions";
export async function handler() {
  await events.publish({ name: "adopted", payload: { cat: "tom" } });
  await queues.publish({ name: "mail", payload: { to: "tom" } });
  return { statusCode: 204 };
}
`,
  "src/http/get-seen/index.js": `
import { tables } from "@arclet/functions";
export async function handler() {
  const { notes } = await tables();
  const ids = [];
  for (const id of ["event", "queue", "stream"]) if ((await notes.get({ id })) !== undefined) ids.push(id);
  return { statusCode: 200, body: JSON.stringify(ids) };
}
`,
  "src/events/adopted/index.js": note("event"),
  "src/queues/mail/index.js": note("queue"),
  "src/scheduled/daily/index.js": note("schedule"),
  "src/tables-streams/notes/index.js": `
import { tables } from "@arclet/functions";
export async function handler({ Records }) {
  const { notes } = await tables();
  if (Records.some(({ dynamodb }) => dynamodb.NewImage.id.S === "event")) await notes.put({ id: "stream" });
}
`,
};

test("tables, streams, events, queues and schedules reach their functions", async () => {
  await using folder = await createAppFolder(files);
  const { result } = await deploy(folder.root);
  expect((await get(`${result.httpUrl}/start`)).status).toBe(204);
  await vi.waitFor(
    async () => {
      const { body } = await get(`${result.httpUrl}/seen`);
      expect(JSON.parse(body)).toEqual(["event", "queue", "stream"]);
    },
    { timeout: 60_000, interval: 200 },
  );

  const app = {
    manifest: (await projectOf(folder.root)).manifest,
    stage: "staging",
    name: null,
  } as const;
  expect((await describeApp(app)).functions.map(({ id }) => id)).toContain("scheduled/daily");
  await destroyApp({ ...app, force: true }, { report: () => {} });
});
