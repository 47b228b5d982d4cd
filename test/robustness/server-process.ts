import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { FunctionConfig } from "@arclet/manifest";
import type { Limits, RuntimeOptions, TrafficEvent } from "@arclet/runtime";

export interface ServerSpecification {
  /** ESM text by function id: `ws/default`, `http/get-hello`. */
  readonly functions: Readonly<Record<string, string>>;
  /** Settings of all of them. */
  readonly config?: Partial<FunctionConfig>;
  readonly env?: Readonly<Record<string, string>>;
  /** Written into the project before the start, by relative path. */
  readonly files?: Readonly<Record<string, string>>;
  readonly options?: Omit<RuntimeOptions, "app" | "limits" | "clock">;
  readonly limits?: Partial<Limits>;
  /** File of the project whose absolute path functions get as `LEDGER`. */
  readonly ledger?: string;
  /** Keep every traffic event for `report`. */
  readonly keepsEvents?: boolean;
  /** Whether a function's `body` goes back to the client: one frame for each message. */
  readonly answersMessages?: boolean;
}

export interface Measurement {
  readonly heapUsed: number;
  readonly external: number;
  readonly resources: Readonly<Record<string, number>>;
}

export interface ServerReport {
  readonly bugs: readonly string[];
  readonly events: readonly TrafficEvent[];
  readonly connected: number;
  readonly disconnected: number;
}

/** What server.mjs answers; each request fills the fields it is asked for. */
interface Reply extends Measurement, ServerReport {
  readonly id: number;
  readonly error?: string;
  readonly port: number;
  readonly host: string;
}

const repository = fileURLToPath(new URL("../..", import.meta.url));

/** A runtime in a child process: its crash fails the test instead of hiding in it. */
export class ServerProcess implements AsyncDisposable {
  readonly root: string;
  readonly port: number;
  readonly host: string;
  readonly #child: ChildProcess;
  readonly #output: string[];
  readonly #pending = new Map<
    number,
    { resolve(reply: Reply): void; reject(error: Error): void }
  >();
  #nextId = 1;

  private constructor(root: string, child: ChildProcess, output: string[], ready: Reply) {
    this.root = root;
    this.port = ready.port;
    this.host = ready.host;
    this.#child = child;
    this.#output = output;
    child.on("message", (message: Reply) => {
      const pending = this.#pending.get(message.id);
      this.#pending.delete(message.id);
      if (message.error === undefined) pending?.resolve(message);
      else pending?.reject(new Error(message.error));
    });
    child.once("exit", (code, signal) => {
      const error = new Error(`the server ended (${code ?? signal})\n${output.join("")}`);
      for (const pending of this.#pending.values()) pending.reject(error);
      this.#pending.clear();
    });
  }

  static async start(specification: ServerSpecification): Promise<ServerProcess> {
    // Inside the workspace, so that functions find `@arclet/functions` as an app's own would.
    const parent = join(repository, ".cache/robustness");
    await mkdir(parent, { recursive: true });
    const root = await mkdtemp(join(parent, "app-"));
    for (const [path, text] of Object.entries(specification.files ?? {})) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    }
    const file = join(root, "specification.json");
    await writeFile(
      file,
      JSON.stringify({
        root,
        functions: specification.functions,
        config: specification.config ?? {},
        env: {
          ...specification.env,
          ...(specification.ledger === undefined
            ? {}
            : { LEDGER: join(root, specification.ledger) }),
        },
        options: { port: 0, ...specification.options },
        // JSON has no Infinity: null stands for it.
        limits: specification.limits ?? {},
        keepsEvents: specification.keepsEvents ?? false,
        answersMessages: specification.answersMessages ?? false,
      }),
    );
    const child = fork(fileURLToPath(new URL("server.mjs", import.meta.url)), [file], {
      execArgv: ["--expose-gc"],
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    const output: string[] = [];
    child.stdout?.on("data", (chunk: Buffer) => output.push(chunk.toString()));
    child.stderr?.on("data", (chunk: Buffer) => output.push(chunk.toString()));
    const [ready]: Reply[] = await Promise.race([
      once(child, "message"),
      once(child, "exit").then(([code]) => {
        throw new Error(`the server did not start (${code})\n${output.join("")}`);
      }),
    ]);
    if (ready === undefined) throw new Error("the server sent nothing");
    return new ServerProcess(root, child, output, ready);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get webSocketUrl(): string {
    return `ws://127.0.0.1:${this.port}`;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** What the process printed so far. */
  get output(): string {
    return this.#output.join("");
  }

  async update(functions: Readonly<Record<string, string>>): Promise<void> {
    await this.#request({ type: "update", functions });
  }

  measure(): Promise<Measurement> {
    return this.#request({ type: "measure" });
  }

  report(): Promise<ServerReport> {
    return this.#request({ type: "report" });
  }

  /** Waits until at least so many connections were opened and all of them have ended. */
  async settled(connections: number): Promise<void> {
    await this.#request({ type: "settled", connections });
  }

  /** Drains the runtime and waits for the process's own end. Gives its exit code. */
  async close(): Promise<number | null> {
    const exited = once(this.#child, "exit");
    await this.#request({ type: "close" });
    const [code]: (number | null)[] = await exited;
    return code ?? null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.isAlive) {
      const exited = once(this.#child, "exit");
      this.#child.kill("SIGKILL");
      await exited;
    }
    await rm(this.root, { recursive: true, force: true });
  }

  #request(message: { readonly type: string; readonly [key: string]: unknown }): Promise<Reply> {
    if (!this.isAlive) return Promise.reject(new Error(`the server is dead\n${this.output}`));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#child.send({ ...message, id });
    });
  }
}
