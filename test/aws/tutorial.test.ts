import { once } from "node:events";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { runCli } from "../helpers/cli-process.ts";
import { stepsOfPage } from "../pages/page-files.ts";
import { connect, createAppFolder, get } from "./deployment.ts";

test("7: the tutorial's chat is deployed by its commands, and talks", async () => {
  const files = stepsOfPage("tutorial.md").find(({ title }) => title.startsWith("6"))?.files ?? {};
  await using folder = await createAppFolder(files);
  const arclet = async (args: readonly string[], expected = 0, input = ""): Promise<string> => {
    const { code, output } = await runCli(args, { cwd: folder.root, input });
    expect({ code, output }).toMatchObject({ code: expected });
    return output;
  };
  const secret = "f".repeat(64);
  await arclet(["deploy", "--plan"], 2);
  await arclet(["env", "--add", "SESSION_SECRET"], 0, secret);
  const lines = (await arclet(["deploy"])).split("\n");
  const urls = lines.filter((line) => /^\w+:\/\/\S+$/.test(line));
  const socketUrl = urls.find((url) => url.endsWith("/staging")) ?? "";
  const pageUrl = urls.find((url) => url !== socketUrl) ?? "";

  expect((await get(pageUrl)).body).toContain('<form method="post" action="/login">');
  // MiniStack answers `POST /login` itself, as Cognito: the cookie is made by the page's own code.
  vi.stubEnv("SESSION_SECRET", secret);
  const session = (await import(join(folder.root, "src/shared/session.js"))) as {
    cookieOf(user: string): string;
  };
  const [cookie = ""] = session.cookieOf("Ada").split(";");

  const stranger = connect(socketUrl);
  const [, refused] = (await once(stranger, "unexpected-response")) as [
    unknown,
    { statusCode: number },
  ];
  // MiniStack makes every refusal a 403.
  expect([401, 403]).toContain(refused.statusCode);

  const socket = connect(socketUrl, null, { cookie });
  await once(socket, "open");
  socket.send('{"action":"say","text":"hi"}');
  const [said] = (await once(socket, "message")) as [Buffer];
  expect(JSON.parse(said.toString("utf8"))).toEqual({ from: "Ada", text: "hi" });
  socket.close();
  await once(socket, "close");
  await arclet(["destroy", "--force", "--app", "chat"]);
});
