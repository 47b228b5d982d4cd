import { once } from "node:events";
import { expect, test } from "vitest";
import { runCli } from "../helpers/cli-process.ts";
import { stepsOfPage } from "../pages/page-files.ts";
import { connect, createAppFolder, get, post } from "./deployment.ts";

test("7: the tutorial's chat is deployed by its commands, and talks", async () => {
  const files = stepsOfPage("tutorial.md").find(({ title }) => title.startsWith("7"))?.files ?? {};
  await using folder = await createAppFolder(files);
  const arclet = async (args: readonly string[], expected = 0): Promise<string> => {
    const { code, output } = await runCli(args, { cwd: folder.root });
    expect({ code, output }).toMatchObject({ code: expected });
    return output;
  };
  await arclet(["deploy", "--plan"], 2);
  const lines = (await arclet(["deploy"])).split("\n");
  const urls = lines.filter((line) => /^\w+:\/\/\S+$/.test(line));
  const socketUrl = urls.find((url) => url.endsWith("/staging")) ?? "";
  const pageUrl = urls.find((url) => url !== socketUrl) ?? "";

  expect((await get(pageUrl)).body).toContain('<form method="post" action="/enter">');
  const form = { "content-type": "application/x-www-form-urlencoded" };
  const entered = await post(`${pageUrl}/enter`, "name=Ada", form);
  expect(entered.status).toBe(303);
  const [cookie = ""] = String(entered.headers["set-cookie"]).split(";");
  const ticket = await post(`${pageUrl}/ticket`, "", { cookie });
  expect(ticket.status).toBe(200);

  const stranger = connect(socketUrl);
  const [, refused] = (await once(stranger, "unexpected-response")) as [
    unknown,
    { statusCode: number },
  ];
  // MiniStack makes every refusal a 403.
  expect([401, 403]).toContain(refused.statusCode);

  // MiniStack asks for this header where a template names no identity source; AWS does not.
  const authorization = "none";
  const socket = connect(`${socketUrl}?ticket=${ticket.body}`, null, { authorization });
  await once(socket, "open");
  socket.send('{"action":"say","text":"hi"}');
  const [said] = (await once(socket, "message")) as [Buffer];
  expect(JSON.parse(said.toString("utf8"))).toEqual({ type: "said", by: "Ada", text: "hi" });
  socket.close();
  await once(socket, "close");
  await arclet(["destroy", "--force", "--app", "chat"]);
});
