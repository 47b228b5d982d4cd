import { setTimeout as delay } from "node:timers/promises";
import type { AwsClients } from "../aws-clients.ts";
import type { DeployReporter } from "../reporter.ts";
import type { ResourceOrigin } from "../template/template.ts";
import { describeStack } from "./stack-state.ts";

export interface FollowedStack {
  /** Last status; `DELETE_COMPLETE` when the stack is gone. */
  readonly status: string;
  /** The first failures, in the order they happened; what follows is mostly "cancelled". */
  readonly failures: readonly { readonly logicalId: string; readonly reason: string }[];
}

/** Milliseconds between two looks; CloudFormation has nothing to subscribe to. */
const pollMilliseconds = 1000;

/** Reports what happens to a stack since `since` until nothing is in progress. */
export async function followStack(
  clients: AwsClients,
  stackId: string,
  since: Date,
  origins: ReadonlyMap<string, ResourceOrigin>,
  reporter: DeployReporter,
): Promise<FollowedStack> {
  const [{ DescribeStackEventsCommand }, client] = await Promise.all([
    import("@aws-sdk/client-cloudformation"),
    clients.cloudFormation(),
  ]);
  const seen = new Set<string>();
  const failures: { logicalId: string; reason: string }[] = [];
  let isRollingBack = false;
  const readEvents = async (): Promise<void> => {
    const fresh = [];
    let token: string | undefined;
    do {
      const page = await client.send(
        new DescribeStackEventsCommand({ StackName: stackId, NextToken: token }),
      );
      const events = page.StackEvents ?? [];
      const news = events.filter(
        (event) => (event.Timestamp ?? since) >= since && !seen.has(event.EventId ?? ""),
      );
      fresh.push(...news);
      // Newest first: a page with something old has nothing new behind it.
      token = news.length === events.length ? page.NextToken : undefined;
    } while (token !== undefined);
    for (const event of fresh.toReversed()) {
      seen.add(event.EventId ?? "");
      const id = event.LogicalResourceId ?? "";
      const status = event.ResourceStatus ?? "";
      const reason = event.ResourceStatusReason ?? null;
      if (event.PhysicalResourceId === event.StackId) {
        if (status.includes("ROLLBACK_IN_PROGRESS") && !isRollingBack) {
          isRollingBack = true;
          reporter.report({ type: "rolling-back", reason: reason ?? "a resource failed" });
        }
        continue;
      }
      if (status.endsWith("_FAILED") && !/cancelled/i.test(reason ?? ""))
        failures.push({ logicalId: id, reason: reason ?? "no reason was given" });
      reporter.report({
        type: "resource",
        logicalId: id,
        resourceType: event.ResourceType ?? "",
        status,
        label: origins.get(id)?.label ?? null,
        reason,
      });
    }
  };
  for (;;) {
    // State first, events second: the last look at the events sees all that led to the state.
    const status = (await describeStack(clients, stackId))?.StackStatus ?? "DELETE_COMPLETE";
    await readEvents();
    if (!status.endsWith("_IN_PROGRESS")) return { status, failures };
    await delay(pollMilliseconds);
  }
}
