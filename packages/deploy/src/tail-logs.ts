import { setTimeout as delay } from "node:timers/promises";
import { logGroupOf } from "@arclet/manifest";
import { withStack, type AppOptions } from "./app-stack.ts";
import type { AwsClients } from "./aws/aws-clients.ts";
import { DeployError } from "./errors.ts";
import { forEachConcurrently } from "./aws/for-each-concurrently.ts";
import { deployedStack } from "./stack/stack-state.ts";

export interface LogOptions extends AppOptions {
  /** null: of all functions. */
  readonly functionId: string | null;
  /** Epoch milliseconds of the oldest line. */
  readonly since: number;
  readonly follow: boolean;
  /** Ends following. */
  readonly signal: AbortSignal;
}

export interface LogLine {
  readonly functionId: string;
  /** Epoch milliseconds. */
  readonly timestamp: number;
  readonly message: string;
}

/** Milliseconds between two looks; CloudWatch has nothing to subscribe to without a bill by the minute. */
const pollMilliseconds = 1000;
/** Lines of several streams arrive late: each look begins this long before the newest line. */
const lateMilliseconds = 10_000;
/** Log groups read at a time; FilterLogEvents takes 5 to 10 calls a second (its quotas). */
const concurrentGroups = 4;

/**
 * Log lines of deployed functions, oldest first; with `follow` until the signal.
 * @throws DeployError `ERR_FUNCTION_UNKNOWN`, `ERR_STACK_MISSING`
 */
export function tailLogs(options: LogOptions, onLine: (line: LogLine) => void): Promise<void> {
  const { functionId, follow, signal } = options;
  const ids = options.manifest.functions.map(({ id }) => id);
  return withStack(options, async (clients, stackName) => {
    if (functionId !== null && !ids.includes(functionId))
      throw new DeployError("ERR_FUNCTION_UNKNOWN", `The app has no function ${functionId}`, {
        hints: [`It has ${ids.join(", ")}.`],
      });
    await deployedStack(clients, stackName);
    const groups = (functionId === null ? ids : [functionId]).map(
      (id) => new LogGroup(id, logGroupOf(stackName, id), options.since),
    );
    for (;;) {
      const lines: LogLine[] = [];
      await forEachConcurrently(groups, concurrentGroups, async (group) => {
        const found = await group.newLines(clients);
        if (found === null && functionId !== null)
          throw new DeployError("ERR_FUNCTION_UNKNOWN", `${functionId} is not deployed yet`, {
            hints: ["`arclet deploy` brings it to AWS."],
          });
        lines.push(...(found ?? []));
      });
      for (const line of lines.toSorted((a, b) => a.timestamp - b.timestamp)) onLine(line);
      if (!follow) return;
      await pause(signal);
      if (signal.aborted) return;
    }
  });
}

/** The log group of one function, and what was read of it. */
class LogGroup {
  readonly #functionId: string;
  readonly #name: string;
  #since: number;
  /** Times of the events that the next look will find again, by their ids. */
  readonly #seen = new Map<string, number>();

  constructor(functionId: string, name: string, since: number) {
    this.#functionId = functionId;
    this.#name = name;
    this.#since = since;
  }

  /** null: the function was not deployed yet. */
  async newLines(clients: AwsClients): Promise<readonly LogLine[] | null> {
    const [{ paginateFilterLogEvents }, client] = await Promise.all([
      import("@aws-sdk/client-cloudwatch-logs"),
      clients.logs(),
    ]);
    const lines: LogLine[] = [];
    try {
      for await (const page of paginateFilterLogEvents(
        { client },
        { logGroupName: this.#name, startTime: this.#since },
      ))
        for (const { eventId, timestamp = 0, message = "" } of page.events ?? []) {
          const id = eventId ?? `${timestamp}/${message}`;
          if (this.#seen.has(id)) continue;
          this.#seen.set(id, timestamp);
          lines.push({ functionId: this.#functionId, timestamp, message: message.trimEnd() });
        }
    } catch (error) {
      if (!(error instanceof Error && error.name === "ResourceNotFoundException")) throw error;
      return null;
    }
    for (const { timestamp } of lines)
      this.#since = Math.max(this.#since, timestamp - lateMilliseconds);
    for (const [id, timestamp] of this.#seen) if (timestamp < this.#since) this.#seen.delete(id);
    return lines;
  }
}

async function pause(signal: AbortSignal): Promise<void> {
  try {
    await delay(pollMilliseconds, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
