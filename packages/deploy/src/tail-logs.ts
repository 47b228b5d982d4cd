import { setTimeout as delay } from "node:timers/promises";
import { logGroupOf } from "@arclet/manifest";
import { withStack, type AppOptions } from "./app-stack.ts";
import type { AwsClients } from "./aws/aws-clients.ts";
import { DeployError } from "./errors.ts";
import { LogGroup, type LogLine } from "./logs/log-group.ts";
import { createLookSchedule } from "./logs/look-schedule.ts";
import { requireOwn } from "./stack/stack-owner.ts";
import { deployedStack } from "./stack/stack-state.ts";

export type { LogLine } from "./logs/log-group.ts";

export interface LogOptions extends AppOptions {
  /** null: of all functions. */
  readonly functionId: string | null;
  /** Epoch milliseconds of the oldest line. */
  readonly since: number;
  readonly follow: boolean;
  /** Ends following. */
  readonly signal: AbortSignal;
}

/**
 * Yields log lines of deployed functions, oldest first, and with `follow` new lines until the signal aborts. The
 * clients stay within CloudWatch's rate limit.
 * @throws DeployError `ERR_FUNCTION_UNKNOWN`, `ERR_STACK_MISSING`, `ERR_STACK_FOREIGN`
 */
export function tailLogs(options: LogOptions, onLine: (line: LogLine) => void): Promise<void> {
  const { functionId, follow, signal } = options;
  const ids = options.manifest.functions.map(({ id }) => id);
  return withStack(options, async (clients, stackName) => {
    if (functionId !== null && !ids.includes(functionId))
      throw new DeployError("ERR_FUNCTION_UNKNOWN", `The app has no function ${functionId}`, {
        hints: [`It has ${ids.join(", ")}.`],
      });
    // Log groups are named after the stack: check that it is this app's.
    await requireOwn(clients, await deployedStack(clients, stackName), options.manifest.app);
    const groups = (functionId === null ? ids : [functionId]).map(
      (id) => new LogGroup(id, logGroupOf(stackName, id), options.since),
    );
    for (const line of await allLines(clients, groups, functionId, signal)) onLine(line);
    if (follow) await followGroups(clients, groups, signal, onLine);
  });
}

async function allLines(
  clients: AwsClients,
  groups: readonly LogGroup[],
  functionId: string | null,
  signal: AbortSignal,
): Promise<readonly LogLine[]> {
  const lines: LogLine[] = [];
  for (const group of groups) {
    if (signal.aborted) break;
    const found = await group.newLines(clients);
    if (found === null && functionId !== null)
      throw new DeployError("ERR_FUNCTION_UNKNOWN", `${functionId} is not deployed yet`, {
        hints: ["`arclet deploy` brings it to AWS."],
      });
    lines.push(...(found ?? []));
  }
  return lines.toSorted(byTime);
}

/** Polls the groups in turn, more often those with recent lines. */
async function followGroups(
  clients: AwsClients,
  groups: readonly LogGroup[],
  signal: AbortSignal,
  onLine: (line: LogLine) => void,
): Promise<void> {
  const schedule = createLookSchedule(groups, ({ hasRecentLines }) => hasRecentLines);
  while (!signal.aborted) {
    const { item: group, waitMs } = schedule.next();
    await pause(waitMs, signal);
    if (signal.aborted) return;
    const lines = (await group.newLines(clients)) ?? [];
    for (const line of lines.toSorted(byTime)) onLine(line);
    schedule.looked(group, lines.length > 0);
  }
}

function byTime(a: LogLine, b: LogLine): number {
  return a.timestamp - b.timestamp;
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(milliseconds, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
