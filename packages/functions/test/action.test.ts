import { action, ActionError, type WebSocketMessageEvent } from "@arclet/functions";
import { type } from "arktype";
import * as v from "valibot";
import { describe, expect, test, onTestFinished, vi } from "vitest";
import { z } from "zod";
import { setEnvironment } from "./aws-server.ts";

const channelKey = Symbol.for("arclet.gateway");

/** Calls a handler with a message; gives what it returned and what it posted. */
async function call(
  handler: (event: WebSocketMessageEvent) => unknown,
  message: unknown,
  hasResponse = true,
): Promise<{ readonly returned: unknown; readonly posted: readonly unknown[] }> {
  setEnvironment(hasResponse ? { ARC_WS_RESPONSES: "vote say" } : {});
  const posted: unknown[] = [];
  Object.defineProperty(globalThis, channelKey, {
    configurable: true,
    value: {
      request: (id: string, { data }: { data: string }) => {
        posted.push([id, JSON.parse(data)]);
        return Promise.resolve({ type: "done" });
      },
    },
  });
  onTestFinished(() => {
    Reflect.deleteProperty(globalThis, channelKey);
  });
  const body = typeof message === "string" ? message : JSON.stringify(message);
  const requestContext = { routeKey: "say", connectionId: "A=" };
  const returned = await handler({ body, requestContext } as WebSocketMessageEvent);
  return { returned, posted };
}

const bodyOf = ({ returned }: { returned: unknown }): unknown =>
  JSON.parse((returned as { body: string }).body);

describe("an action", () => {
  test("gets the message without what is not its input, and the event", async () => {
    const seen: unknown[] = [];
    const handler = action(async (input: { text: string }, event) => {
      seen.push(input, event.requestContext.connectionId);
      return { id: 7 };
    });
    const answer = await call(handler, { action: "say", requestId: "1", text: "hi" });
    expect(seen).toEqual([{ text: "hi" }, "A="]);
    expect(answer.returned).toEqual({
      statusCode: 200,
      body: '{"requestId":"1","result":{"id":7}}',
    });
    expect(answer.posted).toEqual([]);
  });

  test("answers nothing when nobody waits", async () => {
    const handler = action(() => ({ id: 7 }));
    const answer = await call(handler, { action: "say" });
    expect(answer).toEqual({ returned: { statusCode: 200 }, posted: [] });
  });

  test("posts the answer where its route has no response", async () => {
    const handler = action(() => {});
    const answer = await call(handler, { action: "say", requestId: "1" }, false);
    expect(answer.returned).toEqual({ statusCode: 200 });
    expect(answer.posted).toEqual([["A=", { requestId: "1", result: null }]]);
  });

  test("tells its own errors and keeps others to itself", async () => {
    const logged = vi.spyOn(console, "error").mockImplementation(() => {});
    onTestFinished(() => logged.mockRestore());
    const message = { action: "say", requestId: "1" };
    const full = action(() => {
      throw new ActionError("FULL", "The room is full");
    });
    expect(bodyOf(await call(full, message))).toEqual({
      requestId: "1",
      error: { code: "FULL", message: "The room is full" },
    });
    expect(logged).not.toHaveBeenCalled();
    const secret = new Error("password: 1234");
    const broken = action(() => Promise.reject(secret));
    expect(bodyOf(await call(broken, message))).toEqual({
      requestId: "1",
      error: { code: "INTERNAL", message: "The action failed" },
    });
    expect(logged).toHaveBeenCalledWith(secret);
    expect((await call(broken, { action: "say" })).returned).toEqual({ statusCode: 500 });
  });

  test.each(["hello", "[1]", "null", "1", ""])(
    "refuses %j, which is not an object",
    async (body) => {
      const run = vi.fn<() => void>();
      const answer = await call(action(run), body);
      expect(run).not.toHaveBeenCalled();
      expect(answer.returned).toEqual({ statusCode: 400 });
    },
  );
});

describe.each([
  ["zod", z.object({ text: z.string().trim().min(1) })],
  ["valibot", v.object({ text: v.pipe(v.string(), v.trim(), v.minLength(1)) })],
  ["arktype", type({ text: "string.trim |> string >= 1" })],
])("a schema of %s", (_name, input) => {
  test("gives the code its output", async () => {
    const handler = action({ input }, ({ text }) => ({ length: text.length }));
    const answer = await call(handler, { action: "say", requestId: "1", text: "  hi " });
    expect(bodyOf(answer)).toEqual({ requestId: "1", result: { length: 2 } });
  });

  test("keeps invalid input away from the code, and says what is wrong", async () => {
    const run = vi.fn<() => void>();
    const handler = action({ input }, run);
    for (const text of [7, "", undefined]) {
      expect(bodyOf(await call(handler, { action: "say", requestId: "1", text }))).toMatchObject({
        requestId: "1",
        error: { code: "BAD_INPUT", issues: [{ message: expect.any(String), path: ["text"] }] },
      });
    }
    expect(run).not.toHaveBeenCalled();
  });
});
