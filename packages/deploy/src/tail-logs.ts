import { setTimeout as delay } from "node:timers/promises";
import type { Manifest } from "@arclet/manifest";
import { createAwsClients, explainAwsError } from "./aws-clients.ts";
import type { Stage } from "./environment.ts";
import { DeployError } from "./errors.ts";
import { stackNameOf } from "./stack/stack-name.ts";

export interface LogOptions {
  readonly manifest: Manifest;
  readonly stage: Stage;
  readonly name: string | null;
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

/** Log lines of deployed functions, oldest first; with `follow` until the signal. */
export async function tailLogs(
  options: LogOptions,
  onLine: (line: LogLine) => void,
): Promise<void> {
  const { manifest, functionId } = options;
  const ids = manifest.functions.map(({ id }) => id);
  if (functionId !== null && !ids.includes(functionId))
    throw new DeployError("ERR_FUNCTION_UNKNOWN", `The app has no function ${functionId}`, {
      hints: [`It has ${ids.join(", ")}.`],
    });
  const clients = createAwsClients(manifest.aws);
  const stackName = stackNameOf(manifest.app, options.stage, options.name);
  const seen = new Set<string>();
  const since = new Map<string, number>();
  try {
    const [{ paginateFilterLogEvents }, client] = await Promise.all([
      import("@aws-sdk/client-cloudwatch-logs"),
      clients.logs(),
    ]);
    do {
      const lines: LogLine[] = [];
      for (const id of functionId === null ? ids : [functionId]) {
        const startTime = since.get(id) ?? options.since;
        try {
          for await (const page of paginateFilterLogEvents(
            { client },
            { logGroupName: `/aws/lambda/${stackName}/${id}`, startTime },
          ))
            for (const event of page.events ?? []) {
              const timestamp = event.timestamp ?? 0;
              const eventId = event.eventId ?? `${timestamp}/${event.message}`;
              if (seen.has(eventId)) continue;
              seen.add(eventId);
              // Lines of several streams arrive late: look again a little before the newest.
              since.set(id, Math.max(since.get(id) ?? options.since, timestamp - 10_000));
              lines.push({ functionId: id, timestamp, message: (event.message ?? "").trimEnd() });
            }
        } catch (error) {
          if (!(error instanceof Error && error.name === "ResourceNotFoundException")) throw error;
          if (functionId !== null)
            throw new DeployError("ERR_STACK_MISSING", `${id} of ${stackName} has no logs`, {
              cause: error,
            });
        }
      }
      for (const line of lines.toSorted((a, b) => a.timestamp - b.timestamp)) onLine(line);
      if (options.follow) await pause(options.signal);
    } while (options.follow && !options.signal.aborted);
  } catch (error) {
    throw explainAwsError(error);
  } finally {
    await clients.close();
  }
}

async function pause(signal: AbortSignal): Promise<void> {
  try {
    await delay(1000, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
