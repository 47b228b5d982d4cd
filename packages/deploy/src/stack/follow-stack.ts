import { setTimeout as delay } from "node:timers/promises";
import type { StackEvent } from "@aws-sdk/client-cloudformation";
import type { AwsClients } from "../aws/aws-clients.ts";
import type { DeployReporter } from "../reporter.ts";
import type { ResourceOrigin } from "../template/template.ts";
import { isFunctionStackId } from "../template/logical-ids.ts";
import type { ResourceFailure } from "./failure-hints.ts";
import { eventsAfter } from "./stack-events.ts";
import { describeStack, stackResources } from "./stack-state.ts";

export interface FollowedStack {
  /** Last status; `DELETE_COMPLETE` when the stack is gone. */
  readonly status: string;
  /** In order; resources that were only cancelled as a consequence are omitted. */
  readonly failures: readonly ResourceFailure[];
}

/** Polling interval in milliseconds; CloudFormation has no subscription. */
const pollMilliseconds = 1000;

/** Failures in a nested stack since a time. The parent's events only report that it failed. */
async function nestedFailures(
  clients: AwsClients,
  { logicalId, physicalId, reason }: ResourceFailure,
  rootId: string,
  since: Date,
): Promise<readonly ResourceFailure[]> {
  if (!isFunctionStackId(logicalId) || physicalId === rootId) return [];
  const stackId =
    physicalId === null || physicalId === ""
      ? (await stackResources(clients, rootId)).get(logicalId)?.physicalId
      : physicalId;
  if (stackId === undefined || stackId === "") return [];
  const failures: ResourceFailure[] = [];
  for (const event of await eventsAfter(clients, stackId, null)) {
    if (event.PhysicalResourceId === event.StackId) continue;
    if (event.Timestamp === undefined || event.Timestamp < since) continue;
    const text = event.ResourceStatusReason ?? "";
    if (event.ResourceStatus?.endsWith("_FAILED") === true && !/cancelled/i.test(text))
      failures.push({
        logicalId: event.LogicalResourceId ?? "",
        physicalId: event.PhysicalResourceId ?? null,
        reason: text === "" ? reason : text,
      });
  }
  return failures;
}

/** Reports a stack's events after a given one, until nothing is in progress. */
export async function followStack(
  clients: AwsClients,
  stackId: string,
  afterEventId: string | null,
  origins: ReadonlyMap<string, ResourceOrigin>,
  reporter: DeployReporter,
): Promise<FollowedStack> {
  const failures: ResourceFailure[] = [];
  let isRollingBack = false;
  let stackReason: string | null = null;
  const report = (event: StackEvent): void => {
    const logicalId = event.LogicalResourceId ?? "";
    const status = event.ResourceStatus ?? "";
    const reason = event.ResourceStatusReason ?? null;
    if (event.PhysicalResourceId === event.StackId) {
      if (status.endsWith("_FAILED") && reason !== null && reason !== "") stackReason = reason;
      if (status.includes("ROLLBACK_IN_PROGRESS") && !isRollingBack) {
        isRollingBack = true;
        reporter.report({ type: "rolling-back", reason: reason ?? "a resource failed" });
      }
      return;
    }
    if (status.endsWith("_FAILED") && !/cancelled/i.test(reason ?? ""))
      failures.push({
        logicalId,
        physicalId: event.PhysicalResourceId ?? null,
        reason: reason ?? "no reason was given",
      });
    reporter.report({
      type: "resource",
      logicalId,
      resourceType: event.ResourceType ?? "",
      status,
      label: origins.get(logicalId)?.label ?? null,
      reason,
    });
  };
  let last = afterEventId;
  /** By AWS's clock. */
  let startedAt: Date | null = null;
  for (;;) {
    // Read the status before the events, so that the last events include everything that led to it.
    const status = (await describeStack(clients, stackId))?.StackStatus ?? "DELETE_COMPLETE";
    for (const event of await eventsAfter(clients, stackId, last)) {
      startedAt ??= event.Timestamp ?? null;
      report(event);
      last = event.EventId ?? last;
    }
    if (status.endsWith("_IN_PROGRESS")) {
      await delay(pollMilliseconds);
      continue;
    }
    const detailed: ResourceFailure[] = [];
    for (const failure of failures) {
      const inner = await nestedFailures(clients, failure, stackId, startedAt ?? new Date(0));
      detailed.push(...(inner.length > 0 ? inner : [failure]));
    }
    // Such as a circle of dependencies, which is no one resource's.
    if (detailed.length === 0 && stackReason !== null)
      detailed.push({ logicalId: "the stack", physicalId: null, reason: stackReason });
    return { status, failures: detailed };
  }
}
