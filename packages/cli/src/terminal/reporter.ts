import { relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import type { Diagnostic } from "@arclet/manifest";
import type { InvocationFailure, TrafficEvent } from "@arclet/runtime";
import { renderBanner, renderKeyHelp, type BannerOptions } from "./banner.ts";
import { diagnosticsText } from "./diagnostics-text.ts";
import { fitText } from "./fit-text.ts";
import { describeFunctionError } from "./function-error.ts";
import { linesAfter, linesBefore } from "./lambda-lines.ts";
import type { Terminal } from "./style.ts";
import { trafficLines, type LineEvent } from "./traffic-line.ts";

type TrafficEventOf<Type extends TrafficEvent["type"]> = Extract<TrafficEvent, { type: Type }>;

/** `quiet`: only errors and the URL. `verbose`: also every invocation and outgoing message. */
export type Detail = "quiet" | "normal" | "verbose";

/** `21:14:03 ` */
const timeWidth = 9;

export interface ReporterOptions {
  readonly terminal: Terminal;
  /** Absolute project folder. */
  readonly root: string;
  readonly detail: Detail;
  /** Keeps the frames of Node and of packages in stack traces. */
  readonly showsAllFrames: boolean;
}

/** Prints what happens, line by line. Nothing else in `dev` writes to the terminal. */
export class Reporter {
  readonly #terminal: Terminal;
  readonly #root: string;
  readonly #showsAllFrames: boolean;
  /** Functions whose results without `statusCode` were reported since the last reload. */
  readonly #inferred = new Set<string>();
  #detail: Detail;

  constructor(options: ReporterOptions) {
    this.#terminal = options.terminal;
    this.#root = options.root;
    this.#detail = options.detail;
    this.#showsAllFrames = options.showsAllFrames;
  }

  ready(banner: Omit<BannerOptions, "style">): void {
    const { style } = this.#terminal;
    if (this.#detail === "quiet") this.#terminal.write(`${banner.url}\n`);
    else this.#terminal.write(fitText(renderBanner({ ...banner, style }), this.#terminal.columns));
  }

  keyHelp(): void {
    this.#terminal.write(`  ${renderKeyHelp(this.#terminal.style)}\n`);
  }

  /** Switches between `normal` and `verbose`. */
  get isVerbose(): boolean {
    return this.#detail === "verbose";
  }

  toggleDetail(): void {
    this.#detail = this.#detail === "verbose" ? "normal" : "verbose";
    const text =
      this.#detail === "verbose" ? "verbose: every invocation" : "normal: one line per request";
    this.#terminal.write(`${this.#terminal.style.dim(`  ${text}`)}\n`);
  }

  /** Reports every type of event; the compiler enforces that none is missing. */
  traffic(event: TrafficEvent): void {
    switch (event.type) {
      case "log":
        if (this.#detail !== "quiet") this.#functionLog(event.log);
        return;
      case "bug":
        return this.#bug(event.where, event.error);
      case "page-changed":
      case "published":
        return;
      case "http-result-inferred":
        return this.#resultInferred(event.functionId);
      case "invocation-begun":
        if (this.isVerbose) this.#lambdaLines(event.functionId, linesBefore(event, new Date()));
        return;
      case "invoked":
        if (this.isVerbose) this.#lambdaLines(event.functionId, linesAfter(event, new Date()));
        if (!event.result.ok) this.#functionError(event.functionId, event.result, []);
        return;
      case "init-failed":
        return this.#initFailed(event);
      case "http":
      case "connected":
      case "connect-refused":
      case "message-in":
      case "message-out":
      case "room-sent":
      case "disconnected":
        return this.#trafficLine(event);
      default:
        return unreported(event);
    }
  }

  #trafficLine(event: LineEvent): void {
    if (this.#detail === "quiet") return;
    const { style, columns } = this.#terminal;
    const room = columns === null ? null : columns - timeWidth;
    for (const line of trafficLines(event, { isVerbose: this.isVerbose, style, columns: room }))
      this.#line(line);
  }

  /** Code that failed to build or to load, or a manifest with errors, does no longer. */
  repaired(what: readonly string[]): void {
    const { style } = this.#terminal;
    for (const name of what) this.#info(`${style.bold(name)} ${style.green("works again")}`);
  }

  /** Warns about a function that writes to its own folder, which AWS does not allow. */
  selfWritten(functionId: string, file: string): void {
    const name = relative(this.#root, file);
    this.warning(
      `${functionId} writes ${name} while it runs; changes to that file no longer reload it`,
    );
    this.#info(
      this.#terminal.style.dim("  on AWS the function's folder is read-only: write to /tmp"),
    );
  }

  /** Reports new code that failed to load, and what runs instead. */
  #initFailed({ functionId, failure, runningSince }: TrafficEventOf<"init-failed">): void {
    const kept =
      runningSince === null
        ? "and fails until it loads"
        : `but the version of ${clockTime(runningSince)} keeps running`;
    this.#functionError(functionId, failure, [`failed to load, ${kept}`]);
  }

  #functionError(functionId: string, failure: InvocationFailure, remarks: readonly string[]): void {
    const { style } = this.#terminal;
    const described = describeFunctionError(
      { functionId, ...failure },
      { root: this.#root, style, isVerbose: this.#showsAllFrames },
    );
    const remark = remarks.map((text) => `${style.red("✖")} ${style.bold(functionId)} ${text}`);
    this.#error([...remark, ...described]);
  }

  reloaded(what: readonly string[], durationMs: number): void {
    this.#inferred.clear();
    const { style } = this.#terminal;
    const names = what.length <= 3 ? what.join(", ") : `${what.length} functions`;
    this.#info(
      `${style.green("reloaded")} ${style.bold(names)} ${style.dim(`in ${Math.round(durationMs)} ms`)}`,
    );
  }

  info(text: string): void {
    this.#info(this.#terminal.style.dim(text));
  }

  /** A line that a command of `@sandbox-start` wrote. */
  commandOutput(command: string, line: string): void {
    this.#info(`${this.#terminal.style.dim(`${command}:`)} ${line}`);
  }

  warning(text: string): void {
    this.#line(`${this.#terminal.style.yellow("!")} ${text}`);
  }

  diagnostics(diagnostics: readonly Diagnostic[]): void {
    const shown =
      this.#detail === "quiet"
        ? diagnostics.filter(({ severity }) => severity === "error")
        : diagnostics;
    if (shown.length === 0) return;
    const text = `${diagnosticsText(shown, this.#terminal.style.hasColor)}\n`;
    this.#terminal.writeError(fitText(text, this.#terminal.columns));
  }

  /** Warns once per function, because such a result may be intended. */
  #resultInferred(functionId: string): void {
    if (this.#detail === "quiet" || this.#inferred.has(functionId)) return;
    this.#inferred.add(functionId);
    this.warning(
      `${functionId} returned no statusCode: API Gateway sends its result as a JSON page with status 200`,
    );
  }

  #functionLog(log: TrafficEventOf<"log">["log"]): void {
    const { style } = this.#terminal;
    const label =
      log.stream === "stderr" ? style.yellow(log.functionId) : style.cyan(log.functionId);
    // Pass a function's own colors to a terminal, but no control codes to a file.
    const text = style.hasColor ? log.text : stripVTControlCharacters(log.text);
    // What a function wrote stays as it is, so that it can be copied; our own words fit the window.
    if (log.kind === "remark") {
      this.#line(`${label} ${style.dim("│")} ${text.trimEnd()}`);
      return;
    }
    for (const line of text.replace(/\r?\n$/, "").split("\n")) {
      this.#terminal.write(`${this.#time()} ${label} ${style.dim("│")} ${line}\n`);
    }
  }

  /** The lines Lambda itself writes into a function's log. */
  #lambdaLines(functionId: string, lines: readonly string[]): void {
    const { style } = this.#terminal;
    for (const line of lines) {
      const text = style.dim(line.trimEnd());
      this.#terminal.write(`${this.#time()} ${style.cyan(functionId)} ${style.dim("│")} ${text}\n`);
    }
  }

  #bug(where: string, error: unknown): void {
    const { style } = this.#terminal;
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#error([`${style.red("This is a bug in arclet, please report")} (${where})`, stack]);
  }

  #info(text: string): void {
    if (this.#detail !== "quiet") this.#line(text);
  }

  #line(text: string): void {
    const { columns } = this.#terminal;
    const room = columns === null ? null : columns - timeWidth;
    // Indent continuation lines to where the first line starts.
    const [first = "", ...more] = fitText(text, room).split("\n");
    const lines = [`${this.#time()} ${first}`, ...more.map((line) => "".padEnd(timeWidth) + line)];
    this.#terminal.write(`${lines.join("\n")}\n`);
  }

  #error(lines: readonly string[]): void {
    this.#terminal.writeError(fitText(`\n${lines.join("\n")}\n\n`, this.#terminal.columns));
  }

  #time(): string {
    const time = new Date().toTimeString().slice(0, 8);
    return this.#terminal.style.dim(time);
  }
}

/** `21:14` */
function clockTime(epochMs: number): string {
  return new Date(epochMs).toTimeString().slice(0, 5);
}

function unreported(event: never): void {
  throw new Error(`no place for ${JSON.stringify(event)}`);
}
