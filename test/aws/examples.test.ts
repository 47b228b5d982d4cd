import { join } from "node:path";
import { destroyApp } from "@arclet/deploy";
import { expect, test } from "vitest";
import { ask, deploy, get, getStaticFile, projectOf, refusal } from "./deployment.ts";

const examples = join(import.meta.dirname, "../../examples");

interface Example {
  readonly folder: string;
  /** A message for the socket, and what comes back. */
  readonly message: unknown;
  readonly answer: unknown;
  /** A static file, and a word of it. */
  readonly file: { readonly name: string; readonly type: string; readonly word: string };
}

/** Each is deployed as it stands in the repository. */
const table: readonly Example[] = [
  {
    folder: "echo",
    message: { text: "hello" },
    answer: { echo: { text: "hello" } },
    file: { name: "index.mjs", type: "text/javascript; charset=utf-8", word: "WebSocket" },
  },
];

test.each(table)("examples/$folder runs as deployed", async (example) => {
  const root = join(examples, example.folder);
  const { result, events } = await deploy(root);
  const page = await get(result.httpUrl ?? "");
  expect(page).toMatchObject({ status: 200 });
  // The page tells its browser where the socket is.
  expect(page.body).toContain(JSON.stringify(result.webSocketUrl));

  const url = result.webSocketUrl ?? "";
  const own = new URL(result.httpUrl ?? "").origin;
  expect(await ask(url, example.message, own)).toEqual(example.answer);
  expect(await ask(url, example.message)).toEqual(example.answer);
  expect(await refusal(url, "https://elsewhere.example")).toBe(403);

  const file = await getStaticFile(result.stackName, example.file.name);
  expect(file).toMatchObject({
    status: 200,
    headers: {
      "content-type": example.file.type,
      "cache-control": "public, max-age=0, must-revalidate",
    },
  });
  expect(file.body).toContain(example.file.word);
  expect(events).toContainEqual({ type: "static-file", action: "put", key: example.file.name });

  const again = await deploy(root);
  expect(again.result.isChanged).toBe(false);

  const { manifest } = await projectOf(root);
  await destroyApp({ manifest, stage: "staging", name: null, force: true }, { report: () => {} });
});
