import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { ReadStream } from "node:tty";
import { startCompiler } from "@arclet/builder";
import { defaultFunctionConfig } from "@arclet/manifest";
import { startProcessAhead, type ProcessAhead } from "@arclet/runtime/process/ahead";
import { isUserError } from "../errors.ts";
import { Keys } from "../terminal/keys.ts";
import { openBrowser } from "../terminal/open-browser.ts";
import { Reporter, type Detail } from "../terminal/reporter.ts";
import type { Terminal } from "../terminal/style.ts";
import { choosePort } from "./ports/choose-port.ts";
import { DevSession, type DevSessionOptions } from "./dev-session.ts";
import type { InspectAddress } from "./inspect-option.ts";
import { preferredPort } from "./ports/preferred-port.ts";
import { reportDevEvent } from "./report-dev-event.ts";
import type { NetworkOptions } from "./network-options.ts";
import type { WriteMissing } from "./read-dev-project.ts";
import type { StateOptions } from "./state-options.ts";

export interface RunDevOptions {
  /** Absolute project folder. */
  readonly root: string;
  /** null: use the preferences, or 3333. */
  readonly port: number | null;
  readonly host: string | null;
  readonly opensBrowser: boolean;
  readonly watches: boolean;
  readonly detail: Detail;
  readonly isDebug: boolean;
  /** Address for a debugger; null for none. */
  readonly inspect: InspectAddress | null;
  readonly network: NetworkOptions;
  readonly state: StateOptions;
  /** For `@create autocreate true`. */
  readonly writeMissing: WriteMissing;
  readonly terminal: Terminal;
}

/** Interrupted before it had started or closed: 128 + SIGINT, the exit code shells use. */
const interruptedExitCode = 130;

/** Runs an app until it is interrupted. Resolves with the exit code. */
export async function runDev(options: RunDevOptions): Promise<number> {
  // The first function's process starts, and the compiler where nothing is built, while all else loads.
  const ahead = startProcessAhead(defaultFunctionConfig.memory);
  try {
    return await run(options, ahead);
  } finally {
    ahead.close();
  }
}

async function run(options: RunDevOptions, processAhead: ProcessAhead): Promise<number> {
  const { terminal, root, inspect } = options;
  // What is wrong with either is reported where it is needed.
  if (!existsSync(join(root, ".arclet"))) startCompiler().catch(() => null);
  import("@arclet/runtime").catch(() => null);
  const wanted = options.port ?? (await preferredPort(root));
  const port = await choosePort(wanted, options.host, terminal);
  if (port === "cancelled") return 1;

  const reporter = new Reporter({
    terminal,
    root,
    detail: options.detail,
    showsAllFrames: options.isDebug,
  });
  const hasKeys = terminal.isInteractive && process.stdin instanceof ReadStream;
  const interruption = interrupted();
  let hasSockets = false;
  const session = await startUnlessInterrupted(interruption, {
    root,
    port,
    host: options.host,
    watches: options.watches,
    runsStartCommands: true,
    writeMissing: async (project) => {
      const written = await options.writeMissing(project);
      for (const file of written) reporter.info(`wrote ${file}`);
      return written;
    },
    inspect,
    // REPORT lines show the memory use.
    measuresMemory: () => reporter.isVerbose,
    state: { ...options.state, ...options.network },
    runtime: { processAhead },
    isEnding: () => interruption.isAskedWithin(signalLagMs),
    onEvent: (event) => {
      if (event.type !== "ready") return reportDevEvent(event, reporter);
      hasSockets = event.project.manifest.ws !== null;
      const { url, networkUrl, webSocketUrl } = event.runtime;
      const publicUrl = options.network.publicUrl ?? null;
      const { project, durationMs } = event;
      return reporter.ready({
        project,
        url,
        otherUrls: [networkUrl, publicUrl].filter((other) => other !== null),
        webSocketUrl,
        startedInMs: durationMs,
        hasKeys,
      });
    },
  });
  if (session === null) {
    interruption.forget();
    return interruptedExitCode;
  }
  const open = async (): Promise<void> => {
    if (!(await openBrowser(session.runtime.url)))
      reporter.warning(`Cannot open a browser: ${session.runtime.url}`);
  };
  const keys = hasKeys
    ? new Keys(process.stdin, (name) => {
        switch (name) {
          case "o":
            return void open();
          case "v":
            reporter.toggleDetail();
            return;
          case "h":
            return reporter.keyHelp();
          case "q":
          case "ctrl-c":
            return interruption.interrupt();
        }
      })
    : null;
  if (options.opensBrowser) await open();

  const signal = await interruption.happened;
  // Where nobody pressed a key, something else sent it: a function that kills its parent, too.
  const cause = signal === null || signal === "SIGINT" ? "" : `received ${signal}, `;
  const what = hasSockets
    ? "shutting down: closing sockets and running ws-disconnect"
    : "shutting down";
  reporter.info(`${cause}${what} (Ctrl-C again to stop at once)`);
  await session.close();
  keys?.close();
  interruption.forget();
  return 0;
}

/** null: the start was interrupted, and everything has stopped. */
async function startUnlessInterrupted(
  interruption: Interruption,
  options: DevSessionOptions,
): Promise<DevSession | null> {
  let isStarting = true;
  try {
    const session = await DevSession.start({
      ...options,
      // After an interruption, errors of the start do not matter.
      onEvent: (event) => {
        if (!isStarting || !interruption.isAsked) options.onEvent(event);
      },
    });
    isStarting = false;
    if (!interruption.isAsked) return session;
    await session.close();
  } catch (error) {
    // Ctrl-C in a terminal also ends the bundler, which is not an error. Its exit may be noticed just before
    // the signal.
    const waitMs = isUserError(error) ? 0 : signalLagMs;
    if (!(await interruption.isAskedWithin(waitMs))) throw error;
  }
  return null;
}

/** How long after the bundler's exit this process may receive the signal sent to both. */
const signalLagMs = 100;

interface Interruption {
  readonly isAsked: boolean;
  /** Resolves at the first Ctrl-C, SIGTERM or SIGHUP with the signal; null: a key was pressed. */
  readonly happened: Promise<NodeJS.Signals | null>;
  isAskedWithin(milliseconds: number): Promise<boolean>;
  interrupt(): void;
  forget(): void;
}

/** The first interruption closes the app; a second one exits immediately. */
function interrupted(): Interruption {
  const closing = new AbortController();
  let first: NodeJS.Signals | null = null;
  const happened = new Promise<NodeJS.Signals | null>((resolve) => {
    closing.signal.addEventListener("abort", () => resolve(first), { once: true });
  });
  const interrupt = (signal: NodeJS.Signals | null): void => {
    if (closing.signal.aborted) process.exit(interruptedExitCode);
    first = signal;
    closing.abort();
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, interrupt);
  return {
    get isAsked() {
      return closing.signal.aborted;
    },
    happened,
    async isAskedWithin(milliseconds) {
      const timer = new AbortController();
      await Promise.race([happened, setTimeout(milliseconds, null, timer)]);
      timer.abort();
      return closing.signal.aborted;
    },
    interrupt: () => interrupt(null),
    forget() {
      for (const signal of signals) process.off(signal, interrupt);
    },
  };
}
