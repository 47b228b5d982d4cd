import type { Command } from "./command.ts";
import { didYouMean } from "@arclet/manifest";
import { CliError, isUserError } from "./errors.ts";
import { renderCommandHelp, renderOverview } from "./help.ts";
import { fitText } from "./terminal/fit-text.ts";
import { processTerminal, type Style, type Terminal } from "./terminal/style.ts";
import { arcletVersion } from "./version.ts";

interface CommandEntry {
  readonly description: string;
  /** Architect's names for the command. */
  readonly aliases: readonly string[];
  load(): Promise<Command>;
}

/** Loads the command when it runs, so that `arclet check` does not load the bundler. */
const commands: { readonly [name: string]: CommandEntry } = {
  init: {
    description: "Write a new app, or the functions missing from an existing one",
    aliases: ["create"],
    load: async () => (await import("./commands/init.ts")).initCommand,
  },
  dev: {
    description: "Run the app locally, and reload it on every save",
    aliases: ["sandbox"],
    load: async () => (await import("./commands/dev.ts")).devCommand,
  },
  invoke: {
    description: "Run one function once, and print what it returns",
    aliases: [],
    load: async () => (await import("./commands/invoke.ts")).invokeCommand,
  },
  check: {
    description: "Report every error in the manifest, preferences, function configs and handlers",
    aliases: [],
    load: async () => (await import("./commands/check.ts")).checkCommand,
  },
  fmt: {
    description: "Format .arc files, keeping comments",
    aliases: [],
    load: async () => (await import("./commands/fmt.ts")).fmtCommand,
  },
  build: {
    description: "Build every function into .arclet/build, exactly as deploy uploads it",
    aliases: [],
    load: async () => (await import("./commands/build.ts")).buildCommand,
  },
  types: {
    description: "Write the app's types for pages, tests and functions into .arclet/types",
    aliases: [],
    load: async () => (await import("./commands/types.ts")).typesCommand,
  },
  deploy: {
    description: "Deploy the app to AWS, and print its URLs",
    aliases: [],
    load: async () => (await import("./commands/deploy.ts")).deployCommand,
  },
  info: {
    description: "Show a deployed app's URLs, status and functions",
    aliases: [],
    load: async () => (await import("./commands/info.ts")).infoCommand,
  },
  logs: {
    description: "Show the logs of deployed functions",
    aliases: [],
    load: async () => (await import("./commands/logs.ts")).logsCommand,
  },
  env: {
    description: "List, add and remove environment variables of a deployed app",
    aliases: [],
    load: async () => (await import("./commands/env.ts")).envCommand,
  },
  destroy: {
    description: "Remove a deployed app from AWS",
    aliases: [],
    load: async () => (await import("./commands/destroy.ts")).destroyCommand,
  },
};

/** Exit codes: 1 for errors the user can fix, 70 (EX_SOFTWARE in sysexits.h) for bugs in Arclet. */
const exitCodes = { ok: 0, userError: 1, bug: 70 } as const;

/** Runs the words after `arclet`. Never rejects; resolves with the exit code. */
export async function runCommandLine(rawArguments: readonly string[]): Promise<number> {
  const terminal = processTerminal();
  try {
    return await dispatch(rawArguments, terminal);
  } catch (error) {
    return reportFailure(error, terminal.style);
  }
}

async function dispatch(rawArguments: readonly string[], terminal: Terminal): Promise<number> {
  const [word, ...rest] = rawArguments;
  if (word === "--version" || word === "version" || (word === "-v" && rest.length === 0)) {
    process.stdout.write(`${arcletVersion()}\n`);
    return exitCodes.ok;
  }
  if (word === undefined || word === "--help" || word === "-h" || word === "help") {
    const entry = rest[0] === undefined ? null : findCommand(rest[0]);
    process.stdout.write(
      entry === null ? overview(terminal) : renderCommandHelp(await entry.load(), terminal),
    );
    return exitCodes.ok;
  }
  const entry = findCommand(word);
  if (entry === null) throw unknownCommand(word);
  const command = await entry.load();
  if (asksForHelp(rest, command)) {
    process.stdout.write(renderCommandHelp(command, terminal));
    return exitCodes.ok;
  }
  return command.run(rest);
}

/** `-h` means `--help` unless the command has its own: `arclet dev -h` is `--host`, as Architect's. */
function asksForHelp(rest: readonly string[], command: Command): boolean {
  const end = rest.indexOf("--");
  const flags = end === -1 ? rest : rest.slice(0, end);
  if (flags.includes("--help")) return true;
  const ownsShortFlag = Object.values(command.args).some(
    (arg) => "alias" in arg && arg.alias === "h",
  );
  return !ownsShortFlag && flags.includes("-h");
}

function overview(terminal: Terminal): string {
  const summaries = Object.entries(commands).map(([name, { description }]) => ({
    name,
    description,
  }));
  return renderOverview(arcletVersion(), summaries, terminal);
}

function findCommand(word: string): CommandEntry | null {
  for (const [name, entry] of Object.entries(commands)) {
    if (name === word || entry.aliases.includes(word)) return entry;
  }
  return null;
}

function unknownCommand(word: string): CliError {
  const names = Object.entries(commands).flatMap(([name, { aliases }]) => [name, ...aliases]);
  const suggestion = didYouMean(word, [...names, "help", "version"]);
  const isFlag = word.startsWith("-");
  return new CliError("ERR_USAGE", `unknown ${isFlag ? "flag" : "command"} "${word}"`, {
    hints: [
      ...(suggestion === null ? [] : [`Did you mean "arclet ${suggestion}"?`]),
      `Commands: ${Object.keys(commands).join(", ")}. See "arclet --help".`,
    ],
  });
}

function reportFailure(error: unknown, style: Style): number {
  if (isUserError(error)) {
    const hints = hintsOf(error).map((hint) => `  ${hint}\n`);
    const text = `${style.red("error:")} ${error.message}\n${hints.join("")}`;
    process.stderr.write(fitText(text, process.stderr.isTTY ? process.stderr.columns : null));
    return exitCodes.userError;
  }
  process.stderr.write(`${describeBug(error)}\n`);
  process.stderr.write(
    `\n${style.red("This is a bug in arclet, please report")} it with the lines above.\n` +
      `arclet ${arcletVersion()}, Node ${process.version}, ${process.platform} ${process.arch}\n`,
  );
  return exitCodes.bug;
}

/** Remedies of an error, which the error classes of all packages carry. */
function hintsOf(error: Error): readonly string[] {
  if (!("hints" in error) || !Array.isArray(error.hints)) return [];
  return error.hints.filter((hint): hint is string => typeof hint === "string");
}

function describeBug(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const stack = error.stack ?? `${error.name}: ${error.message}`;
  return error.cause === undefined ? stack : `${stack}\ncaused by ${describeBug(error.cause)}`;
}
