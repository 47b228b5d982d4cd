import { once } from "node:events";
import { request } from "node:http";
import { describe, expect, test } from "vitest";
import { startServices } from "./local-services.ts";

const key = { name: "id", type: "S" } as const;
const parts = {
  events: [{ name: "hi", functionId: "events/hi", origin: null }],
  tables: [
    {
      name: "cats",
      partitionKey: key,
      sortKey: null,
      ttlAttribute: null,
      encrypt: false,
      pointInTimeRecovery: false,
      indexes: [],
      origin: null,
    },
  ],
};

/** `fetch` sets Host and Origin itself; a page that was rebound to this address sends its own. */
async function statusOf(port: number, headers: Record<string, string>): Promise<number> {
  const sent = request({ host: "127.0.0.1", port, method: "POST", path: "/events", headers });
  sent.end('{"name":"hi","payload":1}');
  const [response] = (await once(sent, "response")) as [{ statusCode: number; resume(): void }];
  response.resume();
  return response.statusCode;
}

describe.each(["events", "tables"])("the port of %s", (name) => {
  test.each([
    ["a foreign page", { origin: "https://evil.example" }],
    ["a name that resolves to this machine", { host: "rebound.example:3334" }],
    ["a sandboxed page", { origin: "null" }],
  ])("refuses %s", async (_, headers) => {
    const { services, invoker } = await startServices(parts);
    expect(await statusOf(services.ports()[name] ?? 0, headers)).toBe(403);
    expect(invoker.calls).toHaveLength(0);
  });

  test("takes programs and pages of this machine", async () => {
    const { services } = await startServices(parts);
    const port = services.ports()[name] ?? 0;
    expect(await statusOf(port, {})).not.toBe(403);
    expect(await statusOf(port, { origin: "http://localhost:8080" })).not.toBe(403);
  });
});
