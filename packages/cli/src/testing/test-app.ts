import type { AppShape } from "@arclet/client";
import type { DeadLetter } from "@arclet/runtime";
import type { Faults } from "./faults.ts";
import type { ConnectOptions, Peer } from "./peer.ts";
import type { Row, TestTable } from "./table-access.ts";

/** An event or message that a function published. */
export interface Published {
  readonly service: "events" | "queues";
  /** Name in the manifest. */
  readonly name: string;
  /** JSON is parsed; other text is unchanged. */
  readonly payload: unknown;
}

/** The app's clock. It runs, and the test can advance it. */
export interface AppClock {
  /** Epoch milliseconds. */
  now(): number;
  /**
   * Advances the clock by milliseconds or by `"2h"`, `"10m"`, `"29s"`. Resolves when everything due in that time
   * has run: idle timeouts, schedules, retries, expiry of rows, and timers inside functions.
   */
  advance(by: number | string): Promise<void>;
}

/** Tables by their names in the manifest, with the row types from `arclet types`. */
export type TestTables<App> = App extends { readonly tables: infer Name extends string }
  ? { readonly [Table in Name]: TestTable<RowOf<App, Table>> }
  : Readonly<Record<string, TestTable>>;

type RowOf<App, Table extends string> = App extends {
  readonly rows: { readonly [Key in Table]: infer Found extends object };
}
  ? Found
  : Row;

/** An app running in a test. */
export interface TestApp<App extends AppShape> extends AsyncDisposable {
  /** `http://localhost:40123` */
  readonly url: string;
  /** `ws://localhost:40123` */
  readonly webSocketUrl: string;
  connect(options?: ConnectOptions): Promise<Peer<App>>;
  /** HTTP requests by method. Redirects are not followed. `path` may be a full URL. */
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
   * Invokes a function, such as `scheduled/daily`, and resolves with its result. Without an event, it gets a sample
   * event. @throws FunctionError with the function's own stack
   */
  invoke(functionId: string, event?: unknown): Promise<unknown>;
  /** Tables by their names in the manifest. */
  readonly tables: TestTables<App>;
  /** Everything published to events and queues, in order. */
  readonly sent: readonly Published[];
  /** Events and messages that failed every retry. */
  readonly deadLetters: readonly DeadLetter[];
  /** Environment variables of the functions, including those that locate services. */
  readonly env: Readonly<Record<string, string>>;
  /** Functions' log lines, as `ws/say: text`. */
  readonly logs: readonly string[];
  readonly clock: AppClock;
  readonly faults: Faults;
  /**
   * Replaces a module with another at build time, and rebuilds the functions that use it.
   * Paths are relative to the app's folder.
   */
  replace(module: string, replacement: string | URL): Promise<void>;
  /** Closes sockets, waits for `$disconnect` functions, and stops everything. */
  close(): Promise<void>;
}
