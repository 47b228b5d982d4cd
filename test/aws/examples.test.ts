import { EventEmitter, once } from "node:events";
import { join } from "node:path";
import { destroyApp, type DeployResult } from "@arclet/deploy";
import { connect as openClient } from "@arclet/client";
import { expect, test } from "vitest";
import { ask, ClientSocket, deploy, get, post, projectOf, refusal } from "./deployment.ts";
import { residue } from "./residue.ts";

const examples = join(import.meta.dirname, "../../examples");

interface Example {
  readonly folder: string;
  /** A message for the socket, and what comes back. */
  readonly message: unknown;
  readonly answer: unknown;
  /** Whether its socket opens with a ticket only. */
  readonly hasLogin: boolean;
  /** A static file, and a word of it. */
  readonly file: { readonly name: string; readonly type: string; readonly word: string };
}

/** Each is deployed as it stands in the repository. */
const table: readonly Example[] = [
  {
    folder: "echo",
    message: { text: "hello" },
    answer: { echo: { text: "hello" } },
    hasLogin: false,
    file: { name: "index.mjs", type: "text/javascript; charset=utf-8", word: "WebSocket" },
  },
  {
    folder: "chat",
    message: { action: "earlier", requestId: "1", room: "lobby", before: "2026" },
    answer: { requestId: "1", result: { lines: [], hasEarlier: false } },
    hasLogin: true,
    file: { name: "chat.css", type: "text/css; charset=utf-8", word: "dialog" },
  },
];

test.each(table)("examples/$folder runs as deployed", async (example) => {
  const root = join(examples, example.folder);
  const { result, events } = await deploy(root);
  const page = await get(result.httpUrl ?? "");
  expect(page).toMatchObject({ status: 200 });
  // The page tells its browser where the socket is.
  expect(page.body).toContain(JSON.stringify(result.webSocketUrl));

  const own = new URL(result.httpUrl ?? "").origin;
  const socketUrl = async (): Promise<string> => {
    const url = result.webSocketUrl ?? "";
    if (!example.hasLogin) return url;
    const { body: ticket } = await post(`${result.httpUrl}/ticket`, '{"name":"Ada"}');
    return `${url}?ticket=${ticket}`;
  };
  expect(await ask(await socketUrl(), example.message, own)).toEqual(example.answer);
  expect(await ask(await socketUrl(), example.message)).toEqual(example.answer);
  expect(await refusal(await socketUrl(), "https://elsewhere.example")).toBe(403);

  const file = await get(`${result.httpUrl}/_static/${example.file.name}`);
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
  expect(await residue(result.stackName)).toEqual([]);
});

test("in the deployed chat, what one says reaches the other, and the table keeps it", async () => {
  const root = join(examples, "chat");
  const { result } = await deploy(root);
  const ada = await enter(result, "Ada");
  const ben = await enter(result, "Ben");
  await ada.people("Ada,Ben");
  const line = await ben.chat.say({ room: "lobby", text: "Hello Ada" });
  expect(line).toMatchObject({ name: "Ben", text: "Hello Ada" });
  expect(await ada.said()).toEqual({ type: "said", room: "lobby", line });
  ben.chat.close();
  await ada.people("Ada");
  const cleo = await enter(result, "Cleo");
  expect(cleo.lines).toEqual([line]);
  await expect(cleo.chat.say({ room: "garden", text: "?" })).rejects.toMatchObject({
    code: "NOT_IN_ROOM",
  });
  ada.chat.close();
  cleo.chat.close();

  const client = await get(`${result.httpUrl}/_arclet/client.js`);
  expect(client).toMatchObject({ status: 200 });
  expect(client.body).toContain("connect");
  const icon = await get(`${result.httpUrl}/_static/favicon.svg`);
  expect(icon).toMatchObject({
    status: 200,
    headers: { "content-type": expect.stringMatching(/^image\/svg\+xml/) },
  });

  const { manifest } = await projectOf(root);
  await destroyApp({ manifest, stage: "staging", name: null, force: true }, { report: () => {} });
  // The last disconnect may end after the stack, and MiniStack makes a log group for it again, which the
  // role of a function does not allow on AWS (docs/deploy.md).
  expect((await residue(result.stackName)).filter((service) => service !== "logs")).toEqual([]);
});

/** Somebody in the lobby of a chat, with the client that its page uses. */
async function enter(
  { httpUrl, webSocketUrl }: Pick<DeployResult, "httpUrl" | "webSocketUrl">,
  name: string,
) {
  const chat = openClient<ChatApp>(
    async () =>
      `${webSocketUrl}?ticket=${(await post(`${httpUrl}/ticket`, JSON.stringify({ name }))).body}`,
    { WebSocket: ClientSocket },
  );
  const shown = { names: "" };
  const changes = new EventEmitter();
  const said = once(changes, "said");
  chat.on("said", (message) => changes.emit("said", message));
  chat.on("people", (message) => {
    shown.names = String(message.names);
    changes.emit("people");
  });
  const { lines } = await chat.join({ room: "lobby" });
  return {
    chat,
    lines,
    said: async (): Promise<unknown> => (await said)[0],
    /** Resolves when these are in the room. */
    people: async (wanted: string): Promise<void> => {
      while (shown.names !== wanted) await once(changes, "people");
    },
  };
}

/** What this test uses of the chat's own `.arclet/types/app.d.ts`. */
interface Line {
  readonly at: string;
  readonly name: string;
  readonly text: string;
}
interface ChatApp {
  readonly actions: {
    readonly join: {
      readonly input: { readonly room: string };
      readonly output: { readonly lines: readonly Line[] };
    };
    readonly say: {
      readonly input: { readonly room: string; readonly text: string };
      readonly output: Line;
    };
  };
  readonly messages: {
    readonly said: { readonly line: Line };
    readonly people: { readonly names: readonly string[] };
  };
}
