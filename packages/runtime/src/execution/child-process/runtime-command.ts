import { join } from "node:path";
import { callingConvention, type CallingConvention } from "../handler/call-handler.ts";
import type { ContextTemplate } from "../handler/lambda-context.ts";
import type { HandlerLocation } from "../handler/load-handler.ts";
import type { EnvironmentOptions } from "../execution-strategy.ts";
import { describeContext } from "../lambda-environment.ts";

export interface ChildProcessStrategyOptions {
  /** Python interpreter that has `awslambdaric`, e.g. that of a virtual environment. @default "python3" */
  readonly pythonPath?: string;
  /**
   * A program that speaks the Runtime API and its arguments, in place of the built-in ones, for every
   * runtime. The handler string follows as the last argument.
   */
  readonly command?: readonly [program: string, ...parameters: string[]];
}

/** What is started for one environment. */
export interface RuntimeCommand {
  readonly program: string;
  readonly parameters: readonly string[];
  readonly cwd: string;
  /** Whether it is this package's bootstrap, which talks over a pipe as well. */
  readonly isOwn: boolean;
}

/** What the bootstrap gets, as JSON in its first argument. */
export interface ChildInit {
  readonly location: HandlerLocation;
  readonly context: ContextTemplate;
  readonly convention: CallingConvention;
  readonly concurrency: number;
}

/** Null when nothing here can run the function's Lambda runtime. */
export function commandOf(
  options: EnvironmentOptions,
  given: ChildProcessStrategyOptions,
  bootstrap: string,
): RuntimeCommand | null {
  const { built, config } = options;
  const { runtime } = config;
  const client = { cwd: built.directory, isOwn: false };
  if (given.command !== undefined) {
    const [program, ...parameters] = given.command;
    return { ...client, program, parameters: [...parameters, built.handler] };
  }
  if (runtime.startsWith("nodejs")) {
    const init: ChildInit = {
      location: { entry: built.entry, format: built.format, handler: built.handler },
      context: describeContext(options),
      convention: callingConvention(runtime),
      concurrency: options.concurrency,
    };
    return {
      program: process.execPath,
      parameters: [
        `--max-old-space-size=${config.memory}`,
        "--enable-source-maps",
        bootstrap,
        JSON.stringify(init),
      ],
      cwd: built.directory,
      isOwn: true,
    };
  }
  if (runtime.startsWith("python")) {
    const program = given.pythonPath ?? "python3";
    return { ...client, program, parameters: ["-m", "awslambdaric", built.handler] };
  }
  if (runtime.startsWith("provided")) {
    return { ...client, program: join(built.directory, "bootstrap"), parameters: [] };
  }
  return null;
}
