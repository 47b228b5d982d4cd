import type { RealtimeCommand, RealtimeReply } from "@arclet/functions/gateway";
import type { ConnectionCommand, ConnectionReply } from "../../connections/connection-router.ts";
import type { BatchReader } from "./batch-reader.ts";
import type { ChildOutbox } from "./child-outbox.ts";
import type { LeaseHolder } from "./lease-holder.ts";
import { command, maximumCommandBytes, reply, toHost } from "./records.ts";
import { SafeMap } from "./safe-collections.ts";

/** Further posts to the connection need not wait. */
interface DoneOnLease {
  readonly type: "done-on-lease";
  readonly lease: number;
}

type Answer = ConnectionReply | DoneOnLease | "gone" | RealtimeReply;

/** The inside of the way to the gateway: what the helper finds in its environment. */
export class ChannelClient {
  readonly #outbox: ChildOutbox;
  readonly #leases: LeaseHolder;
  readonly #onChange: () => void;
  readonly #replies = new SafeMap<number, (answer: Answer | Error) => void>();
  #count = 0;

  /** `onChange` is called when requests begin or end to be waited for. */
  constructor(outbox: ChildOutbox, leases: LeaseHolder, onChange: () => void) {
    this.#outbox = outbox;
    this.#leases = leases;
    this.#onChange = onChange;
  }

  /** Whether a request has no reply yet. */
  get isWaiting(): boolean {
    return this.#replies.size > 0;
  }

  request(connectionId: string, given: ConnectionCommand): Promise<ConnectionReply | "gone"> {
    const { writer } = this.#outbox;
    if (given.type === "send") {
      const { data } = given;
      const length = typeof data === "string" ? data.length : data.byteLength;
      if (length > maximumCommandBytes / 2) return Promise.resolve({ type: "too-large" });
      const lease = this.#leases.leaseFor(connectionId, data);
      if (lease !== null) {
        writer.byte(toHost.post);
        writer.double(lease);
        this.#writeData(data);
        this.#outbox.added(false);
        return Promise.resolve(done);
      }
    }
    const number = (this.#count = (this.#count + 1) >>> 0);
    this.#leases.requested(number);
    writer.byte(toHost.request);
    writer.number(number);
    writer.text(connectionId);
    if (given.type === "send") this.#writeData(given.data);
    else {
      writer.byte(given.type === "close" ? command.close : command.info);
      writer.number(0);
    }
    this.#outbox.added(false);
    return new Promise((resolve, reject) => {
      this.#replies.set(number, (answer) => {
        if (answer instanceof Error) {
          reject(answer);
          return;
        }
        if (isDoneOnLease(answer)) {
          this.#leases.keep(connectionId, answer.lease);
          resolve(done);
        } else resolve(answer as ConnectionReply | "gone");
      });
      this.#onChange();
    });
  }

  /** Rooms and logins: one record, whatever the number of members. */
  realtime(given: RealtimeCommand, data: string | Uint8Array | null): Promise<RealtimeReply> {
    const { writer } = this.#outbox;
    const json = stringify(given);
    const bytes = json.length + (data?.length ?? 0);
    if (bytes > maximumCommandBytes / 2)
      return Promise.reject(new Error("The request is too long"));
    const number = (this.#count = (this.#count + 1) >>> 0);
    this.#leases.requested(number);
    writer.byte(toHost.realtime);
    writer.number(number);
    writer.text(json);
    this.#writeData(data ?? "");
    this.#outbox.added(false);
    return new Promise((resolve, reject) => {
      this.#replies.set(number, (answer) => {
        if (answer instanceof Error) reject(answer);
        else resolve(answer as RealtimeReply);
      });
      this.#onChange();
    });
  }

  /** Takes the fields of a `toChild.reply`. */
  receive(reader: BatchReader): void {
    const number = reader.number();
    const answer = readAnswer(reader);
    this.#leases.answered(number);
    const settle = this.#replies.get(number);
    this.#replies.delete(number);
    settle?.(answer);
    this.#onChange();
  }

  #writeData(data: string | Uint8Array): void {
    const { writer } = this.#outbox;
    if (typeof data === "string") {
      writer.byte(command.sendText);
      writer.utf8(data);
    } else {
      writer.byte(command.sendBytes);
      writer.bytes(data);
    }
  }
}

// The function may replace these.
const { parse, stringify } = JSON;

const done: ConnectionReply = Object.freeze({ type: "done" });

function isDoneOnLease(answer: Answer): answer is DoneOnLease {
  return typeof answer === "object" && "type" in answer && answer.type === "done-on-lease";
}

function readAnswer(reader: BatchReader): Answer | Error {
  switch (reader.byte()) {
    case reply.done:
      return done;
    case reply.doneOnLease:
      return { type: "done-on-lease", lease: reader.double() };
    case reply.gone:
      return "gone";
    case reply.limitExceeded:
      return { type: "limit-exceeded" };
    case reply.tooLarge:
      return { type: "too-large" };
    case reply.info: {
      const [connectedAt, lastActiveAt] = [reader.double(), reader.double()];
      const [sourceIp, userAgent] = [reader.text(), reader.text()];
      const hasUserAgent = reader.byte() === 1;
      return {
        type: "info",
        info: {
          connectedAt,
          lastActiveAt,
          identity: { sourceIp, userAgent: hasUserAgent ? userAgent : null },
        },
      };
    }
    case reply.realtime:
      return parse(reader.text()) as RealtimeReply;
    default:
      return new Error("The gateway could not carry out the request");
  }
}
