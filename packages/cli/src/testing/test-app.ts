import type { AppShape } from "@arclet/client";
import type { DeadLetter } from "@arclet/runtime";
import type { Faults } from "./faults.ts";
import type { ConnectOptions, Peer } from "./peer.ts";
import type { Row, TestTable } from "./table-access.ts";

/** Something that a function published. */
export interface Published {
  readonly service: "events" | "queues";
  /** Name in the manifest. */
  readonly name: string;
  /** JSON as its value; other text as it is. */
  readonly payload: unknown;
}

/** The time of the app: it goes on by itself, and the test moves it on. */
export interface AppClock {
  /** Epoch milliseconds. */
  now(): number;
  /**
   * Moves on by milliseconds or by `"2h"`, `"10m"`, `"29s"`. Resolves when whatever fell due on the way has
   * run: idle time-outs, schedules, retries, expiry of rows, and timers inside functions.
   */
  advance(by: number | string): Promise<void>;
}

/** Tables by the names of the manifest, with the rows that `arclet types` knows. */
export type TestTables<App> = App extends { readonly tables: infer Name extends string }
  ? { readonly [Table in Name]: TestTable<RowOf<App, Table>> }
  : Readonly<Record<string, TestTable>>;

type RowOf<App, Table extends string> = App extends {
  readonly rows: { readonly [Key in Table]: infer Found extends object };
}
  ? Found
  : Row;

/** A running app of a test. */
export interface TestApp<App extends AppShape> extends AsyncDisposable {
  /** `http://localhost:40123` */
  readonly url: string;
  /** `ws://localhost:40123` */
  readonly webSocketUrl: string;
  connect(options?: ConnectOptions): Promise<Peer<App>>;
  /** Requests by method, which follow no redirection. `path` may be a whole URL. */
  readonly fetch: (path: string, init?: RequestInit) => Promise<Response>;
  readonly get: (path: string, init?: RequestInit) => Promise<Response>;
  readonly head: (path: string, init?: RequestInit) => Promise<Response>;
  readonly post: (
    path: string,
    body?: RequestInit["body"] | object,
    init?: RequestInit,
  ) => Promise<Response>;
  readonly put: (
    path: string,
    body?: RequestInit["body"] | object,
    init?: RequestInit,
  ) => Promise<Response>;
  readonly patch: (
    path: string,
    body?: RequestInit["body"] | object,
    init?: RequestInit,
  ) => Promise<Response>;
  readonly delete: (path: string, init?: RequestInit) => Promise<Response>;
  /**
   * Invokes a function, `scheduled/daily`, and resolves its result. Without an event it gets one as the platform
   * writes it. @throws FunctionError with the function's own stack
   */
  invoke(functionId: string, event?: unknown): Promise<unknown>;
  /** Tables by the names of the manifest. */
  readonly tables: TestTables<App>;
  /** What was published to events and queues, in order. */
  readonly sent: readonly Published[];
  /** What functions failed to take in all their tries. */
  readonly deadLetters: readonly DeadLetter[];
  /** Variables that were set for functions, and those by which they find the services. */
  readonly env: Readonly<Record<string, string>>;
  /** What functions logged, as `ws/say: text`. */
  readonly logs: readonly string[];
  readonly clock: AppClock;
  readonly faults: Faults;
  /**
   * Puts a module in the place of another, at build time, and gives the functions that have it their new code.
   * Paths are relative to the app's folder.
   */
  replace(module: string, replacement: string | URL): Promise<void>;
  /** Closes sockets, lets `$disconnect` run and stops everything. */
  close(): Promise<void>;
}
