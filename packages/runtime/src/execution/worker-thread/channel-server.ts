import type { ConnectionCommand, ConnectionReply } from "../../connections/connection-router.ts";
import type { Lease } from "../../connections/leases.ts";
import type { GatewayChannel } from "../execution-strategy.ts";
import type { Outbox } from "./outbox.ts";
import { command, reply, toWorker } from "./protocol.ts";
import type { RecordReader } from "./record-reader.ts";

const noLease: Lease = { slot: -1, token: 0 };

/** The outside of a worker's way to the gateway. */
export class ChannelServer {
  readonly #channel: GatewayChannel;
  readonly #outbox: Outbox;

  constructor(channel: GatewayChannel, outbox: Outbox) {
    this.#channel = channel;
    this.#outbox = outbox;
  }

  /** Takes the fields of a `toHost.post`, on a lease: nobody waits for what becomes of it. */
  post(reader: RecordReader): void {
    const connectionId = reader.text();
    const answer = this.#channel.request(connectionId, { type: "send", data: reader.data() });
    if (answer instanceof Promise) answer.catch(() => {});
  }

  /** Takes the fields of a `toHost.request`. */
  serve(reader: RecordReader): void {
    const number = reader.number();
    const connectionId = reader.text();
    const answer = this.#channel.request(connectionId, readCommand(reader));
    if (answer instanceof Promise) {
      answer.then(
        (settled) => this.#answer(number, settled),
        () => this.#outbox.add(toWorker.reply, number, reply.failed),
      );
    } else {
      this.#answer(number, answer);
    }
  }

  #answer(number: number, answer: ConnectionReply | "gone"): void {
    if (answer === "gone") {
      this.#outbox.add(toWorker.reply, number, reply.gone);
      return;
    }
    switch (answer.type) {
      case "done": {
        const { slot, token } = answer.lease ?? noLease;
        this.#outbox.add(toWorker.reply, number, reply.done, slot, token);
        return;
      }
      case "limit-exceeded":
        this.#outbox.add(toWorker.reply, number, reply.limitExceeded);
        return;
      case "too-large":
        this.#outbox.add(toWorker.reply, number, reply.tooLarge);
        return;
      default: {
        const { connectedAt, lastActiveAt, identity } = answer.info;
        const { sourceIp, userAgent } = identity;
        this.#outbox.add(
          toWorker.reply,
          number,
          reply.info,
          connectedAt,
          lastActiveAt,
          sourceIp,
          userAgent,
        );
      }
    }
  }
}

function readCommand(reader: RecordReader): ConnectionCommand {
  const type = reader.number();
  if (type === command.send) return { type: "send", data: reader.data() };
  reader.textOrNull();
  return { type: type === command.close ? "close" : "info" };
}
