import type { StackEvent } from "@aws-sdk/client-cloudformation";
import type { AwsClients } from "../aws/aws-clients.ts";

/**
 * Id of a stack's newest event; null if there is none. Later events belong to the next operation. An id is used
 * instead of a time, because the clocks of this machine and AWS differ.
 */
export async function newestEventId(clients: AwsClients, stackId: string): Promise<string | null> {
  const page = await eventPage(clients, stackId, undefined);
  return page.events[0]?.EventId ?? null;
}

/** Events after the one of the id, oldest first; all when it is null. */
export async function eventsAfter(
  clients: AwsClients,
  stackId: string,
  eventId: string | null,
): Promise<readonly StackEvent[]> {
  const found: StackEvent[] = [];
  let token: string | undefined;
  do {
    const page = await eventPage(clients, stackId, token);
    for (const event of page.events) {
      if (event.EventId === eventId) return found.toReversed();
      found.push(event);
    }
    token = page.next;
  } while (token !== undefined);
  return found.toReversed();
}

/** Newest first, as CloudFormation gives them. */
async function eventPage(
  clients: AwsClients,
  stackId: string,
  token: string | undefined,
): Promise<{ readonly events: readonly StackEvent[]; readonly next: string | undefined }> {
  const [{ DescribeStackEventsCommand }, client] = await Promise.all([
    import("@aws-sdk/client-cloudformation"),
    clients.cloudFormation(),
  ]);
  const { StackEvents: events = [], NextToken: next } = await client.send(
    new DescribeStackEventsCommand({ StackName: stackId, NextToken: token }),
  );
  return { events, next };
}
