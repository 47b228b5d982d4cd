import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { expect, test } from "vitest";
import { findPortHolder } from "../../src/dev/port-holder.ts";

test.runIf(process.platform === "linux")("names the program that listens on a port", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // a TCP server has one
  const holder = await findPortHolder(port);
  server.close();
  expect(holder?.pid).toBe(process.pid);
});

test("is null for a port nobody holds", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  expect(await findPortHolder(port)).toBeNull();
});
