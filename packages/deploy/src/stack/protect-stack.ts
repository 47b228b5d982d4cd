import type { Stack } from "@aws-sdk/client-cloudformation";
import type { AwsSettings } from "@arclet/manifest";
import type { AwsClients } from "../aws/aws-clients.ts";
import type { Stage } from "../environment.ts";

/**
 * Termination protection that a stack should have; null: as it is. `protect` of `@aws` speaks of
 * production: what is made to be tried out is made to be removed.
 */
export function wantedProtection(
  { protect }: Pick<AwsSettings, "protect">,
  stage: Stage,
): boolean | null {
  return stage === "production" ? protect : null;
}

/** Switches termination protection on or off; true when that changed something. */
export async function protectStack(
  clients: AwsClients,
  stack: Stack | null,
  wanted: boolean | null,
): Promise<boolean> {
  if (stack === null || wanted === null) return false;
  if ((stack.EnableTerminationProtection ?? false) === wanted) return false;
  const [{ UpdateTerminationProtectionCommand }, client] = await Promise.all([
    import("@aws-sdk/client-cloudformation"),
    clients.cloudFormation(),
  ]);
  await client.send(
    new UpdateTerminationProtectionCommand({
      StackName: stack.StackName,
      EnableTerminationProtection: wanted,
    }),
  );
  return true;
}
