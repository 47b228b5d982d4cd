import { format } from "node:util";

/** From the least to the gravest, as Lambda's log levels go. */
const levels = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"] as const;

type Level = (typeof levels)[number];
type Write = (...values: unknown[]) => void;

const methods: Readonly<Record<string, Level>> = {
  trace: "TRACE",
  debug: "DEBUG",
  log: "INFO",
  info: "INFO",
  warn: "WARN",
  error: "ERROR",
  fatal: "FATAL",
};

/** By name, such methods of `console` as differ. */
export type LambdaConsole = Readonly<Record<string, Write>>;

export interface LambdaConsoleOptions {
  /** The function's: `AWS_LAMBDA_LOG_FORMAT` and `AWS_LAMBDA_LOG_LEVEL` count. */
  readonly env: { readonly [name: string]: string | undefined };
  /** What a method does where Lambda's format changes nothing about it. */
  readonly host: Pick<Console, "error">;
  /** Writes to the function's standard output. */
  readonly write: (line: string) => void;
  /** The invocation that runs; null outside of any. */
  readonly currentRequestId: () => string | null;
}

/**
 * The methods of `console` that differ in Lambda from Node.js: all of them with the log format JSON, those
 * below the log level, and `console.fatal`, which Node.js does not have.
 * https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html#node-js-logging-advanced
 */
export function createLambdaConsole(options: LambdaConsoleOptions): LambdaConsole {
  const { env, host, write, currentRequestId } = options;
  const isJson = env["AWS_LAMBDA_LOG_FORMAT"]?.toUpperCase() === "JSON";
  const named = env["AWS_LAMBDA_LOG_LEVEL"]?.toUpperCase();
  // A level that is none filters nothing, and what is fatal is always written.
  const least = Math.max(
    0,
    levels.findIndex((level) => level === named),
  );
  const changed: Record<string, Write> = {};
  for (const [method, level] of Object.entries(methods)) {
    if (levels.indexOf(level) < least) changed[method] = () => {};
    else if (isJson) {
      changed[method] = (...values) => {
        write(`${jsonLine(new Date().toISOString(), level, currentRequestId(), values)}\n`);
      };
    } else if (method === "fatal") changed[method] = (...values) => host.error(...values);
  }
  return changed;
}

/** One value is written as it is, several as the text that `console.log` would make of them. */
function jsonLine(
  timestamp: string,
  level: Level,
  requestId: string | null,
  values: readonly unknown[],
): string {
  // What is undefined is left out.
  const start = { timestamp, level, requestId: requestId ?? undefined };
  const [message, ...more] = values;
  if (more.length === 0) {
    try {
      return JSON.stringify({ ...start, message }, describeErrors);
    } catch {
      // A cycle, a BigInt: what cannot be JSON is text.
      return JSON.stringify({ ...start, message: format(message) });
    }
  }
  const error = values.find((value) => value instanceof Error);
  return JSON.stringify({
    ...start,
    message: format(...values),
    ...(error === undefined ? {} : describeError(error)),
  });
}

function describeErrors(_key: string, value: unknown): unknown {
  return value instanceof Error ? Object.assign(describeError(value), value) : value;
}

function describeError(error: Error): object {
  return {
    errorType: error.constructor.name,
    errorMessage: error.message,
    stackTrace: error.stack?.split("\n") ?? [],
  };
}

/** Makes the `console` of a thread or process that is a function's alone such a one. */
export function installLambdaConsole(currentRequestId: () => string | null): void {
  const own = createLambdaConsole({
    env: process.env,
    host: console,
    write: (line) => process.stdout.write(line),
    currentRequestId,
  });
  Object.assign(console, own);
}
