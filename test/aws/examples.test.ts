import { once } from "node:events";
import { join } from "node:path";
import { destroyApp, type DeployResult } from "@arclet/deploy";
import { expect, test } from "vitest";
import { ask, connect, deploy, get, post, projectOf, refusal } from "./deployment.ts";
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
    message: { action: "earlier", room: "lobby", before: "2026" },
    answer: { type: "history", room: "lobby", isNewest: false, messages: [], hasEarlier: false },
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
  const ada = await Talker.enter(result, "Ada");
  const ben = await Talker.enter(result, "Ben");
  await ada.until(({ type, names }) => type === "people" && String(names) === "Ada,Ben");
  ben.send({ action: "say", room: "lobby", text: "Hello Ada" });
  for (const talker of [ada, ben]) {
    const said = await talker.until(({ type }) => type === "said");
    expect(said).toMatchObject({ room: "lobby", message: { name: "Ben", text: "Hello Ada" } });
  }
  await ben.leave();
  await ada.until(({ type, names }) => type === "people" && String(names) === "Ada");
  const cleo = await Talker.enter(result, "Cleo");
  const history = await cleo.until(({ type }) => type === "history");
  expect(history).toMatchObject({ messages: [{ name: "Ben", text: "Hello Ada" }] });
  await Promise.all([ada.leave(), cleo.leave()]);

  const { manifest } = await projectOf(root);
  await destroyApp({ manifest, stage: "staging", name: null, force: true }, { report: () => {} });
  // The last disconnect may end after the stack, and MiniStack makes a log group for it anew, which the
  // role of a function does not allow on AWS (docs/deploy.md).
  expect((await residue(result.stackName)).filter((service) => service !== "logs")).toEqual([]);
});

type Response = Readonly<Record<string, unknown>>;

/** Somebody in the lobby of a chat. */
class Talker {
  readonly #socket: ReturnType<typeof connect>;
  readonly #responses: Response[] = [];

  private constructor(socket: ReturnType<typeof connect>) {
    this.#socket = socket;
    socket.on("message", (data) => {
      this.#responses.push(JSON.parse((data as Buffer).toString()) as Response);
      socket.emit("response");
    });
  }

  static async enter(
    { httpUrl, webSocketUrl }: Pick<DeployResult, "httpUrl" | "webSocketUrl">,
    name: string,
  ): Promise<Talker> {
    const { body: ticket } = await post(`${httpUrl}/ticket`, JSON.stringify({ name }));
    const socket = connect(`${webSocketUrl}?ticket=${ticket}`);
    await once(socket, "open");
    const talker = new Talker(socket);
    talker.send({ action: "join", room: "lobby" });
    return talker;
  }

  send(request: object): void {
    this.#socket.send(JSON.stringify(request));
  }

  /** The first response, of those that came or will come, that is looked for. */
  async until(isWanted: (response: Response) => boolean): Promise<Response> {
    for (;;) {
      const found = this.#responses.find(isWanted);
      if (found !== undefined) return found;
      await once(this.#socket, "response");
    }
  }

  async leave(): Promise<void> {
    this.#socket.close();
    await once(this.#socket, "close");
  }
}
