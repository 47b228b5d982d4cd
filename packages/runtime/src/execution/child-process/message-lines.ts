import { MalformedBatchError } from "../process/batch-reader.ts";
import { maximumBatchBytes } from "../process/records.ts";

// Bootstrap and host write each other lines of JSON over a pipe of their own. Node.js' IPC would do the
// same in fewer words, yet what a function writes to it in its place ends the host.

/** Bytes stand in JSON as an object with this key, in base64. */
const bytesKey = "arclet:bytes";

export function messageLine(message: object): string {
  return `${JSON.stringify(message, (_, value: unknown) =>
    value instanceof Uint8Array ? { [bytesKey]: Buffer.from(value).toString("base64") } : value,
  )}\n`;
}

/** Cuts what the pipe brings into messages. */
export class MessageLines {
  readonly #onMessage: (message: unknown) => void;
  #parts: Buffer[] = [];
  #bytes = 0;

  constructor(onMessage: (message: unknown) => void) {
    this.#onMessage = onMessage;
  }

  /** @throws MalformedBatchError for what is not a line of JSON, or longer than any message is. */
  add(chunk: Buffer): void {
    let from = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      const line = Buffer.concat([...this.#parts, chunk.subarray(from, end)]).toString("utf8");
      this.#parts = [];
      this.#bytes = 0;
      from = end + 1;
      this.#onMessage(parse(line));
    }
    if (from === chunk.length) return;
    this.#parts.push(chunk.subarray(from));
    this.#bytes += chunk.length - from;
    if (this.#bytes > maximumBatchBytes) throw new MalformedBatchError("a message too long");
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line, (_, value: unknown) => {
      const text: unknown =
        typeof value === "object" && value !== null ? Reflect.get(value, bytesKey) : undefined;
      return typeof text === "string" ? Buffer.from(text, "base64") : value;
    });
  } catch {
    throw new MalformedBatchError("a line that is not JSON");
  }
}
