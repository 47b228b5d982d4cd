import type { ConnectionCommand, ConnectionReply } from "../../connections/connection-router.ts";
import type { LeaseHolder } from "./lease-holder.ts";
import type { Outbox } from "./outbox.ts";
import { command, reply, toHost } from "./protocol.ts";
import type { RecordReader } from "./record-reader.ts";

type Answer = ConnectionReply | "gone";

const posted: Promise<ConnectionReply> = Promise.resolve({ type: "done" });

/** The inside of the way to the gateway: what the helper finds in its environment. */
export class ChannelClient {
  readonly #outbox: Outbox;
  readonly #leases: LeaseHolder;
  readonly #onChange: () => void;
  readonly #replies = new Map<number, (answer: Answer | Error) => void>();
  #count = 0;

  /** `onChange` is called when requests begin or end to be waited for. */
  constructor(outbox: Outbox, leases: LeaseHolder, onChange: () => void) {
    this.#outbox = outbox;
    this.#leases = leases;
    this.#onChange = onChange;
  }

  /** Whether a request has no reply yet. */
  get isWaiting(): boolean {
    return this.#replies.size > 0;
  }

  request(connectionId: string, given: ConnectionCommand): Promise<Answer> {
    if (given.type === "send" && this.#leases.canPost(connectionId, given.data)) {
      this.#outbox.add(toHost.post, connectionId, given.data);
      return posted;
    }
    const number = ++this.#count;
    this.#outbox.add(
      toHost.request,
      number,
      connectionId,
      command[given.type],
      given.type === "send" ? given.data : null,
    );
    return new Promise((resolve, reject) => {
      this.#replies.set(number, (answer) => {
        if (answer instanceof Error) {
          reject(answer);
          return;
        }
        const lease = answer !== "gone" && answer.type === "done" ? answer.lease : null;
        if (lease !== null && lease !== undefined) this.#leases.keep(connectionId, lease);
        resolve(answer);
      });
      this.#onChange();
    });
  }

  /** Takes the fields of a `toWorker.reply`. */
  receive(reader: RecordReader): void {
    const number = reader.number();
    const answer = readAnswer(reader);
    this.#replies.get(number)?.(answer);
    this.#replies.delete(number);
    this.#onChange();
  }
}

function readAnswer(reader: RecordReader): Answer | Error {
  switch (reader.number()) {
    case reply.done: {
      const slot = reader.number();
      const token = reader.number();
      return slot === -1 ? { type: "done" } : { type: "done", lease: { slot, token } };
    }
    case reply.gone:
      return "gone";
    case reply.limitExceeded:
      return { type: "limit-exceeded" };
    case reply.tooLarge:
      return { type: "too-large" };
    case reply.info:
      return {
        type: "info",
        info: {
          connectedAt: reader.number(),
          lastActiveAt: reader.number(),
          identity: { sourceIp: reader.text(), userAgent: reader.textOrNull() },
        },
      };
    default:
      return new Error("The gateway could not carry out the request");
  }
}
