import { expect, test } from "vitest";
import type {
  ConnectionCommand,
  ConnectionReply,
  ConnectionRouter,
  ConnectionTarget,
} from "../../src/connections/connection-router.ts";

/** Two ends of a router: connections are attached at the first, commands come from the second. */
export interface RouterEnds {
  readonly holder: ConnectionRouter;
  readonly caller: ConnectionRouter;
}

/** A connection that keeps the commands it gets. */
class RecordingTarget implements ConnectionTarget {
  readonly commands: ConnectionCommand[] = [];
  readonly #answer: ConnectionReply | "gone";

  constructor(answer: ConnectionReply | "gone" = { type: "done" }) {
    this.#answer = answer;
  }

  handle(command: ConnectionCommand): ConnectionReply | "gone" {
    this.commands.push(command);
    return this.#answer;
  }
}

const id = "L0SM9cOFvHcCIhw=";

/** What every connection router promises. `open` makes a new one, with nothing attached. */
export function describeRouter(open: () => RouterEnds | Promise<RouterEnds>): void {
  async function withRouter(use: (ends: RouterEnds) => Promise<void>): Promise<void> {
    const ends = await open();
    try {
      await use(ends);
    } finally {
      await Promise.all(new Set([ends.caller.close(), ends.holder.close()]));
    }
  }

  test("a command reaches the connection and its reply the caller", () =>
    withRouter(async ({ holder, caller }) => {
      const target = new RecordingTarget();
      await holder.attach(id, target);
      const command = { type: "send", data: "hello" } as const;
      expect(await caller.request(id, command)).toMatchObject({ type: "done" });
      expect(target.commands).toEqual([command]);
    }));

  test("bytes arrive as bytes", () =>
    withRouter(async ({ holder, caller }) => {
      const target = new RecordingTarget();
      await holder.attach(id, target);
      await caller.request(id, { type: "send", data: new Uint8Array([0, 255]) });
      const [command] = target.commands;
      expect(command?.type === "send" && [...Buffer.from(command.data)]).toEqual([0, 255]);
    }));

  const replies: readonly (ConnectionReply | "gone")[] = [
    "gone",
    { type: "limit-exceeded" },
    { type: "too-large" },
    {
      type: "info",
      info: {
        connectedAt: 1,
        lastActiveAt: 2,
        identity: { sourceIp: "127.0.0.1", userAgent: null },
      },
    },
  ];
  test.each(replies)("the reply %j comes back as it is", (reply) =>
    withRouter(async ({ holder, caller }) => {
      await holder.attach(id, new RecordingTarget(reply));
      expect(await caller.request(id, { type: "info" })).toEqual(reply);
    }),
  );

  test("a connection nobody holds is gone", () =>
    withRouter(async ({ caller }) => {
      expect(await caller.request(id, { type: "info" })).toBe("gone");
    }));

  test("a detached connection is gone, and can be attached again", () =>
    withRouter(async ({ holder, caller }) => {
      const first = new RecordingTarget();
      await holder.attach(id, first);
      await holder.detach(id);
      expect(await caller.request(id, { type: "close" })).toBe("gone");
      await holder.attach(id, new RecordingTarget());
      expect(await caller.request(id, { type: "close" })).toMatchObject({ type: "done" });
      expect(first.commands).toEqual([]);
    }));

  test("each connection gets its own commands, in the order of its caller", () =>
    withRouter(async ({ holder, caller }) => {
      const targets = ["AAAAAAAAAAACAAA=", "BAAAAAAAAAACAAA="].map((name) => ({
        name,
        target: new RecordingTarget(),
      }));
      for (const { name, target } of targets) await holder.attach(name, target);
      const sent: Promise<unknown>[] = [];
      for (let number = 0; number < 100; number += 1) {
        for (const { name } of targets) {
          sent.push(
            Promise.resolve(caller.request(name, { type: "send", data: `${name} ${number}` })),
          );
        }
      }
      await Promise.all(sent);
      for (const { name, target } of targets) {
        expect(target.commands.map((command) => command.type === "send" && command.data)).toEqual(
          Array.from({ length: 100 }, (_, number) => `${name} ${number}`),
        );
      }
    }));

  test("after it was closed every connection is gone", () =>
    withRouter(async ({ holder, caller }) => {
      const target = new RecordingTarget();
      await holder.attach(id, target);
      await holder.close();
      expect(await caller.request(id, { type: "info" })).toBe("gone");
      expect(target.commands).toEqual([]);
    }));
}
