import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { SourceMap, type SourceMapPayload } from "node:module";
import { fileURLToPath } from "node:url";
import { WebSocket } from "ws";

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

/** Speaks the Chrome DevTools Protocol, as editors and browsers do. */
export class DebuggerClient {
  readonly #socket: WebSocket;
  readonly #messages: Message[] = [];
  #count = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data: Buffer) => {
      this.#messages.push(JSON.parse(data.toString("utf8")) as Message);
      socket.emit("told");
    });
  }

  static async connect(url: string): Promise<DebuggerClient> {
    const socket = new WebSocket(url);
    await once(socket, "open");
    return new DebuggerClient(socket);
  }

  async command(method: string, params: object = {}): Promise<Record<string, unknown>> {
    const id = ++this.#count;
    this.#socket.send(JSON.stringify({ id, method, params }));
    const { result, error } = await this.#find((message) => message.id === id);
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result ?? {};
  }

  /** Resolves the first event of the name that the condition holds for, past ones included. */
  async event(
    method: string,
    holds: (params: Record<string, unknown>) => boolean = () => true,
  ): Promise<Record<string, unknown>> {
    const found = await this.#find(
      (message) => message.method === method && holds(message.params ?? {}),
    );
    return found.params ?? {};
  }

  /** Sets a breakpoint in a source file by the source map of the script that was made of it. */
  async breakAt(source: string, line: number): Promise<void> {
    const script = await this.event(
      "Debugger.scriptParsed",
      ({ url, sourceMapURL }) => String(url).includes("/.arclet/build/") && sourceMapURL !== "",
    );
    const url = String(script["url"]);
    const mapUrl = new URL(String(script["sourceMapURL"]), url);
    const map = new SourceMap(
      JSON.parse(await readFile(fileURLToPath(mapUrl), "utf8")) as SourceMapPayload,
    );
    const code = (await readFile(fileURLToPath(url), "utf8")).split("\n");
    for (let lineNumber = 0; lineNumber < code.length; lineNumber++) {
      for (let column = 0; column < (code[lineNumber]?.length ?? 0); column++) {
        const entry = map.findEntry(lineNumber, column);
        if (!("originalSource" in entry)) continue;
        const isSource = new URL(entry.originalSource, mapUrl).href === source;
        if (!isSource || entry.originalLine !== line - 1 || entry.generatedLine !== lineNumber)
          continue;
        await this.command("Debugger.setBreakpointByUrl", {
          url,
          lineNumber,
          columnNumber: entry.generatedColumn,
        });
        return;
      }
    }
    throw new Error(`no code was made of ${source}:${line}`);
  }

  close(): void {
    this.#socket.terminate();
  }

  async #find(holds: (message: Message) => boolean): Promise<Message> {
    for (;;) {
      const found = this.#messages.find(holds);
      if (found !== undefined) return found;
      await once(this.#socket, "told");
    }
  }
}
