import { once } from "node:events";
import { expect } from "vitest";
import { WebSocket } from "ws";

/** Signs the guestbook of the recipe "Move an app from Architect" while somebody reads it. */
export async function expectGuestbook(url: string): Promise<void> {
  const page = await (await fetch(url)).text();
  const socket = new WebSocket(/new WebSocket\("(\S+)"\)/.exec(page)?.[1] ?? "");
  await once(socket, "open");
  const heard = once(socket, "message");
  const signed = await fetch(`${url}/sign`, {
    method: "POST",
    body: new URLSearchParams({ name: "Ada <3" }),
    redirect: "manual",
  });
  expect([signed.status, signed.headers.get("location")]).toEqual([302, "/"]);
  const [message] = (await heard) as [Buffer];
  expect(JSON.parse(message.toString("utf8"))).toEqual({ name: "Ada <3" });
  expect(await (await fetch(url)).text()).toContain("<ul><li>Ada &lt;3</li></ul>");
  socket.close();
  await once(socket, "close");
}
