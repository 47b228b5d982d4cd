import { once } from "node:events";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { CliProcess, runCli } from "../helpers/cli-process.ts";
import { filesOfPage } from "../pages/page-files.ts";
import { architectFunctions, projectWith } from "./architect-app.ts";

test("the guestbook of the recipe: who reads hears of who signs", async () => {
  const files = filesOfPage("recipes/from-architect.md");
  await using project = await projectWith(files, await architectFunctions(8));
  expect(await runCli(["check"], { cwd: project.path })).toMatchObject({ code: 0 });
  await using cli = new CliProcess(["sandbox", "--port", "0"], { cwd: project.path });
  const [url] = await cli.waitFor(/http:\/\/localhost:\d+/);
  const address = /new WebSocket\("(\S+)"\)/.exec(await (await fetch(url)).text())?.[1] ?? "";
  const socket = new WebSocket(address);
  await once(socket, "open");
  const heard = once(socket, "message");
  const signed = await fetch(`${url}/sign`, {
    method: "POST",
    body: new URLSearchParams({ name: "Ada" }),
    redirect: "manual",
  });
  expect([signed.status, signed.headers.get("location")]).toEqual([302, "/"]);
  const [message] = (await heard) as [Buffer];
  expect(JSON.parse(message.toString("utf8"))).toEqual({ name: "Ada" });
  expect(await (await fetch(url)).text()).toContain("<li>Ada</li>");
  socket.close();
});
