import { once } from "node:events";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { CliProcess } from "../helpers/cli-process.ts";
import { architectFunctions, architectProject, messagesOf, projectWith } from "./architect-app.ts";

test.each([3, 4, 5, 6, 7, 8])(
  "a project with @architect/functions %i runs as it is",
  async (major) => {
    await using project = await projectWith(architectProject, await architectFunctions(major));
    await using cli = new CliProcess(["sandbox", "--port", "0"], { cwd: project.path });
    const [, url = ""] = await cli.waitFor(/(http:\/\/localhost:\d+)/);

    const page = await (await fetch(url)).text();
    expect(page).toBe('<link rel="stylesheet" href="/_static/app.css"><h1>Hello world</h1>');
    expect(await (await fetch(`${url}/_static/app.css`)).text()).toContain("teal");

    const first = await fetch(`${url}/count`);
    expect(await first.json()).toEqual({ count: 1 });
    const cookie = first.headers.getSetCookie()[0]?.split(";")[0] ?? "";
    const second = await fetch(`${url}/count`, { headers: { cookie } });
    expect(await second.json()).toEqual({ count: 2 });

    const form = await fetch(`${url}/form`, {
      method: "POST",
      body: new URLSearchParams({ name: "Ann" }),
      redirect: "manual",
    });
    expect([form.status, form.headers.get("location")]).toEqual([302, "/?name=Ann"]);

    const socket = new WebSocket(url.replace("http", "ws"));
    await once(socket, "open");
    const messages = messagesOf(socket, 3);
    socket.send(JSON.stringify({ text: "hi" }));
    const received = await messages;
    expect(received).toContainEqual({ echo: "hi" });
    expect(received).toContainEqual({ stored: "event" });
    const work = received.find(({ stored }) => stored === "queue");
    // Up to major 4 a sandbox of version 5 is refused, later an older one.
    expect(JSON.parse(String(work?.["sandbox"]))).toMatchObject({
      version: major <= 4 ? "4.5.0" : "9.0.0",
      cwd: project.path,
    });
    for (const id of ["event", "queue"])
      expect(await (await fetch(`${url}/log/${id}`)).json()).toEqual({ id, text: "hi" });
    socket.terminate();
    expect(await cli.interrupt()).toBe(0);
  },
  240_000,
);
