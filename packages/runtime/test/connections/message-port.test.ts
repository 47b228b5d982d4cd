import { MessageChannel, type MessagePort } from "node:worker_threads";
import { describe } from "vitest";
import type {
  ConnectionCommand,
  ConnectionReply,
  ConnectionRouter,
  ConnectionTarget,
} from "../../src/connections/connection-router.ts";
import { describeRouter } from "./conformance.ts";

// Two servers that share connections over a bus need no more than the router's four methods. This one,
// of message ports, is the smallest that shows it: all in it is asynchronous, as on a network.

type Note =
  | {
      readonly type: "request";
      readonly call: number;
      readonly id: string;
      readonly command: ConnectionCommand;
    }
  | { readonly type: "reply"; readonly call: number; readonly reply: ConnectionReply | "gone" };

function createPortRouter(port: MessagePort): ConnectionRouter {
  const targets = new Map<string, ConnectionTarget>();
  const waiting = new Map<number, (reply: ConnectionReply | "gone") => void>();
  let calls = 0;
  const end = (): void => {
    for (const settle of waiting.values()) settle("gone");
    waiting.clear();
  };
  port.on("message", (note: Note) => {
    if (note.type === "reply") {
      waiting.get(note.call)?.(note.reply);
      waiting.delete(note.call);
      return;
    }
    const reply = targets.get(note.id)?.handle(note.command) ?? "gone";
    port.postMessage({ type: "reply", call: note.call, reply } satisfies Note);
  });
  let isClosed = false;
  port.once("close", () => {
    isClosed = true;
    end();
  });
  return {
    attach: (id, target) => void targets.set(id, target),
    detach: (id) => void targets.delete(id),
    request(id, command) {
      const own = targets.get(id);
      if (own !== undefined) return own.handle(command);
      if (isClosed) return "gone";
      const call = ++calls;
      return new Promise((resolve) => {
        waiting.set(call, resolve);
        port.postMessage({ type: "request", call, id, command } satisfies Note);
      });
    },
    async close() {
      targets.clear();
      port.close();
      end();
    },
  };
}

describe("a router of two servers", () => {
  describeRouter(() => {
    const { port1, port2 } = new MessageChannel();
    return { holder: createPortRouter(port1), caller: createPortRouter(port2) };
  });
});
