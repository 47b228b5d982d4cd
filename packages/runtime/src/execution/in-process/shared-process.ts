import { AsyncLocalStorage } from "node:async_hooks";
import { inspect } from "node:util";
import {
  createLambdaConsole,
  lambdaConsoleMethods,
  type LambdaConsole,
} from "../output/lambda-console.ts";

/** What an environment has as its own in a process that it shares. */
export interface GuestEnvironment {
  readonly env: Record<string, string>;
  /** What `process.cwd()` answers. */
  readonly cwd: string;
  /** Methods of `console` that are other than the host's. */
  readonly console: LambdaConsole;
  write(stream: "stdout" | "stderr", requestId: string | null, chunk: string | Uint8Array): void;
  /** `process.exit` was called. */
  exit(code: number): void;
  /** Nobody caught an exception or, with `isRejection`, handled a rejection. */
  crash(thrown: unknown, isRejection: boolean): void;
}

interface Guest {
  readonly environment: GuestEnvironment;
  readonly requestId: string | null;
}

/**
 * Gives code that runs in a context a `process.env`, streams and an exit of its own, while the host keeps
 * what it had. Contexts follow calls, timers and promises; what a function hands to code that was set up
 * outside of it may lose them.
 */
export class SharedProcess {
  readonly #guests = new AsyncLocalStorage<Guest>();
  readonly #hostExit = process.exit.bind(process);
  readonly #undo: (() => void)[] = [];

  /** Changes the process until `restore`. */
  install(): void {
    const { env } = process;
    const cwd = process.cwd.bind(process);
    const areStacksMapped = process.sourceMapsEnabled;
    process.setSourceMapsEnabled(true);
    const shared = this.#shareEnv(env);
    process.env = shared;
    process.cwd = () => this.#guests.getStore()?.environment.cwd ?? cwd();
    process.exit = (code?: number | string | null): never => this.#exit(code);
    this.#undo.push(() => {
      if (process.env === shared) process.env = env;
      process.cwd = cwd;
      process.exit = this.#hostExit;
      process.setSourceMapsEnabled(areStacksMapped);
    });
    for (const stream of ["stdout", "stderr"] as const) this.#shareStream(stream);
    this.#shareConsole();
    const onUncaught = (error: unknown, origin: string): void => this.#contain(error, origin);
    process.on("uncaughtException", onUncaught);
    this.#undo.push(() => process.off("uncaughtException", onUncaught));
  }

  /** For an environment with these variables. */
  createConsole(env: Readonly<Record<string, string>>): LambdaConsole {
    return createLambdaConsole({
      env,
      host: console,
      write: (line) => process.stdout.write(line),
      currentRequestId: () => this.#guests.getStore()?.requestId ?? null,
    });
  }

  restore(): void {
    for (const undo of this.#undo.splice(0)) undo();
  }

  run<T>(environment: GuestEnvironment, requestId: string | null, body: () => T): T {
    return this.#guests.run({ environment, requestId }, body);
  }

  /** Runs the host's own work, from within a function's context. */
  leave(body: () => void): void {
    this.#guests.exit(body);
  }

  #shareEnv(host: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
    const current = (): NodeJS.ProcessEnv => this.#guests.getStore()?.environment.env ?? host;
    // An empty target: a proxy may not say otherwise than what its target holds fast.
    return new Proxy<NodeJS.ProcessEnv>(
      {},
      {
        get: (_, name) => Reflect.get(current(), name),
        // As the real one, it turns everything into text.
        set: (_, name, value) => Reflect.set(current(), name, String(value)),
        has: (_, name) => Reflect.has(current(), name),
        deleteProperty: (_, name) => Reflect.deleteProperty(current(), name),
        ownKeys: () => Reflect.ownKeys(current()),
        getOwnPropertyDescriptor: (_, name) => Reflect.getOwnPropertyDescriptor(current(), name),
        defineProperty: (_, name, descriptor) =>
          Reflect.defineProperty(current(), name, descriptor),
      },
    );
  }

  #shareStream(name: "stdout" | "stderr"): void {
    const stream = process[name];
    const passOn = stream.write.bind(stream) as (...given: unknown[]) => boolean;
    stream.write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
      const guest = this.#guests.getStore();
      if (guest === undefined) return passOn(chunk, ...rest);
      // The host shows what is written: that is no longer the guest's doing.
      this.#guests.exit(() => guest.environment.write(name, guest.requestId, chunk));
      const done = rest.at(-1);
      if (typeof done === "function") queueMicrotask(() => done());
      return true;
    };
    this.#undo.push(() => {
      stream.write = passOn;
    });
  }

  #shareConsole(): void {
    const shared = console as unknown as Record<
      string,
      ((...values: unknown[]) => void) | undefined
    >;
    for (const method of lambdaConsoleMethods) {
      const host = shared[method];
      shared[method] = (...values) => {
        const own = this.#guests.getStore()?.environment.console[method];
        (own ?? host)?.(...values);
      };
      this.#undo.push(() => {
        if (host === undefined) delete shared[method];
        else shared[method] = host;
      });
    }
  }

  #exit(code: number | string | null | undefined): never {
    const guest = this.#guests.getStore();
    if (guest === undefined) return this.#hostExit(code);
    this.#guests.exit(() => guest.environment.exit(Number(code ?? process.exitCode ?? 0)));
    // Nothing after `process.exit` may run: its environment has ended.
    throw new Error(`process.exit(${code ?? ""})`);
  }

  #contain(error: unknown, origin: string): void {
    const guest = this.#guests.getStore();
    if (guest !== undefined) {
      const isRejection = origin === "unhandledRejection";
      this.#guests.exit(() => guest.environment.crash(error, isRejection));
      return;
    }
    // The host's own: this listener must not keep it alive.
    if (process.listenerCount("uncaughtException") > 1) return;
    process.stderr.write(`Uncaught ${inspect(error)}\n`);
    this.#hostExit(1);
  }
}
