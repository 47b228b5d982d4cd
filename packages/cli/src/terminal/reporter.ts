import { stripVTControlCharacters } from "node:util";
import type { Diagnostic } from "@arclet/manifest";
import type { TrafficEvent } from "@arclet/runtime";
import { renderBanner, renderKeyHelp, type BannerOptions } from "./banner.ts";
import { diagnosticsText } from "./diagnostics-text.ts";
import { describeFunctionError } from "./function-error.ts";
import { linesAfter, linesBefore } from "./lambda-lines.ts";
import type { Terminal } from "./style.ts";
import { trafficLine } from "./traffic-line.ts";

/** `quiet`: errors and the URL. `verbose`: every invocation and outgoing message too. */
export type Detail = "quiet" | "normal" | "verbose";

export interface ReporterOptions {
  readonly terminal: Terminal;
  /** Absolute project folder. */
  readonly root: string;
  readonly detail: Detail;
  /** Keeps the frames of Node and of packages in stack traces. */
  readonly showsAllFrames: boolean;
}

/** Says what happens, line by line. The one place of `dev` that writes to the terminal. */
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
    else this.#terminal.write(renderBanner({ ...banner, style }));
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
    const text = this.#detail === "verbose" ? "verbose: every invocation" : "normal: one line each";
    this.#terminal.write(`${this.#terminal.style.dim(`  ${text}`)}\n`);
  }

  traffic(event: TrafficEvent): void {
    switch (event.type) {
      case "log":
        if (this.#detail !== "quiet") this.#functionLog(event.log);
        return;
      case "bug":
        this.#bug(event.where, event.error);
        return;
      case "http-result-inferred":
        this.#resultInferred(event.functionId);
        return;
      case "invocation-begun":
        if (this.isVerbose) this.#lambdaLines(event.functionId, linesBefore(event, new Date()));
        return;
      case "invoked":
        if (this.isVerbose) this.#lambdaLines(event.functionId, linesAfter(event, new Date()));
        if (!event.result.ok) {
          this.#error(
            describeFunctionError(
              { functionId: event.functionId, ...event.result },
              {
                root: this.#root,
                style: this.#terminal.style,
                isVerbose: this.#showsAllFrames,
              },
            ),
          );
        }
    }
    if (this.#detail === "quiet") return;
    const line = trafficLine(event, this.#detail === "verbose", this.#terminal.style);
    if (line !== null) this.#line(line);
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

  warning(text: string): void {
    this.#line(`${this.#terminal.style.yellow("!")} ${text}`);
  }

  diagnostics(diagnostics: readonly Diagnostic[]): void {
    const shown =
      this.#detail === "quiet"
        ? diagnostics.filter(({ severity }) => severity === "error")
        : diagnostics;
    if (shown.length === 0) return;
    this.#terminal.writeError(`${diagnosticsText(shown, this.#terminal.style.hasColor)}\n`);
  }

  /** Once for each function: such a result may be meant. */
  #resultInferred(functionId: string): void {
    if (this.#detail === "quiet" || this.#inferred.has(functionId)) return;
    this.#inferred.add(functionId);
    this.warning(
      `${functionId} returned no statusCode: API Gateway sends its result as a JSON page with status 200`,
    );
  }

  #functionLog(log: Extract<TrafficEvent, { type: "log" }>["log"]): void {
    const { style } = this.#terminal;
    const label =
      log.stream === "stderr" ? style.yellow(log.functionId) : style.cyan(log.functionId);
    // A function's own colours pass to a terminal; control codes never reach a file.
    const text = style.hasColor ? log.text : stripVTControlCharacters(log.text);
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
    this.#terminal.write(`${this.#time()} ${text}\n`);
  }

  #error(lines: readonly string[]): void {
    this.#terminal.writeError(`\n${lines.join("\n")}\n\n`);
  }

  #time(): string {
    const time = new Date().toTimeString().slice(0, 8);
    return this.#terminal.style.dim(time);
  }
}
