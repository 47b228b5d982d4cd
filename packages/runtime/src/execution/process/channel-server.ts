import type { ConnectionCommand, ConnectionReply } from "../../connections/connection-router.ts";
import type { Lease, LeaseHolder } from "../../connections/leases.ts";
import { readRealtimeCommand } from "../../connections/realtime-command.ts";
import type { GatewayChannel } from "../execution-strategy.ts";
import { MalformedBatchError, type BatchReader } from "./batch-reader.ts";
import type { HostOutbox } from "./host-outbox.ts";
import { command, reply, toChild } from "./records.ts";

/** The outside of a process's way to the gateway. */
export class ChannelServer implements LeaseHolder {
  readonly #channel: GatewayChannel;
  readonly #outbox: HostOutbox;
  /** By number: those on which a post may still be on its way. */
  readonly #leases = new Map<number, Lease>();
  #isClosed = false;

  constructor(channel: GatewayChannel, outbox: HostOutbox) {
    this.#channel = channel;
    this.#outbox = outbox;
  }

  /** Takes the fields of a `toHost.post`, on a lease: nobody waits for what becomes of it. */
  post(reader: BatchReader): void {
    const lease = this.#leases.get(reader.double());
    const kind = reader.byte();
    if (kind !== command.sendText && kind !== command.sendBytes)
      throw new MalformedBatchError(`a post of kind ${kind}`);
    // The bytes of their length are in front of them, and have been read.
    const start = reader.skipBytes();
    lease?.connection.post(reader.buffer, start, reader.position, kind === command.sendText);
  }

  /** Takes the fields of a `toHost.request`. */
  serve(reader: BatchReader): void {
    const number = reader.number();
    const connectionId = reader.text();
    const answer = this.#channel.request(connectionId, readCommand(reader));
    if (answer instanceof Promise) {
      answer.then(
        (settled) => this.#answer(number, settled),
        () => this.#reply(number, reply.failed),
      );
    } else {
      this.#answer(number, answer);
    }
  }

  /** Takes the fields of a `toHost.realtime`. */
  serveRealtime(reader: BatchReader): void {
    const number = reader.number();
    const given = readRealtimeCommand(reader.text());
    const kind = reader.byte();
    const data = reader.bytes();
    if (given === null) throw new MalformedBatchError("a command of rooms");
    const answer = this.#channel.realtime?.(given, data, kind === command.sendText);
    if (answer === undefined) this.#reply(number, reply.failed);
    else if (!this.#isClosed) {
      const { writer } = this.#outbox;
      writer.byte(toChild.reply);
      writer.number(number);
      writer.byte(reply.realtime);
      writer.text(JSON.stringify(answer));
      this.#outbox.added(false);
    }
  }

  revoke(lease: Lease): void {
    if (this.#isClosed) return;
    this.#outbox.writer.byte(toChild.revoke);
    this.#outbox.writer.text(lease.connectionId);
    this.#outbox.added(false);
  }

  drop(lease: Lease): void {
    this.#leases.delete(lease.number);
  }

  /** The process has ended. */
  close(): void {
    this.#isClosed = true;
    for (const lease of this.#leases.values()) lease.forget(this);
    this.#leases.clear();
  }

  #answer(number: number, answer: ConnectionReply | "gone"): void {
    if (answer === "gone") {
      this.#reply(number, reply.gone);
      return;
    }
    switch (answer.type) {
      case "done": {
        this.#answerDone(number, answer.lease ?? null);
        return;
      }
      case "limit-exceeded":
        this.#reply(number, reply.limitExceeded);
        return;
      case "too-large":
        this.#reply(number, reply.tooLarge);
        return;
      default: {
        if (this.#isClosed) return;
        const { connectedAt, lastActiveAt, identity } = answer.info;
        const { writer } = this.#outbox;
        writer.byte(toChild.reply);
        writer.number(number);
        writer.byte(reply.info);
        writer.double(connectedAt);
        writer.double(lastActiveAt);
        writer.text(identity.sourceIp);
        writer.text(identity.userAgent ?? "");
        writer.byte(identity.userAgent === null ? 0 : 1);
        this.#outbox.added(false);
      }
    }
  }

  #answerDone(number: number, lease: Lease | null): void {
    if (this.#isClosed || lease?.grantTo(this) !== true) {
      this.#reply(number, reply.done);
      return;
    }
    this.#leases.set(lease.number, lease);
    const { writer } = this.#outbox;
    writer.byte(toChild.reply);
    writer.number(number);
    writer.byte(reply.doneOnLease);
    writer.double(lease.number);
    this.#outbox.added(false);
  }

  #reply(number: number, kind: number): void {
    if (this.#isClosed) return;
    const { writer } = this.#outbox;
    writer.byte(toChild.reply);
    writer.number(number);
    writer.byte(kind);
    this.#outbox.added(false);
  }
}

function readCommand(reader: BatchReader): ConnectionCommand {
  const kind = reader.byte();
  const data = reader.bytes();
  switch (kind) {
    case command.sendText:
      return { type: "send", data, isText: true };
    case command.sendBytes:
      return { type: "send", data };
    case command.close:
      return { type: "close" };
    case command.info:
      return { type: "info" };
    default:
      throw new MalformedBatchError(`a command ${kind}`);
  }
}
