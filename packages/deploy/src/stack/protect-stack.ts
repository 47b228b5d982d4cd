import type { Stack } from "@aws-sdk/client-cloudformation";
import type { AwsSettings } from "@arclet/manifest";
import type { AwsClients } from "../aws/aws-clients.ts";
import type { Stage } from "../environment.ts";

/**
 * Termination protection that a stack should have; null to leave it unchanged. `protect` under `@aws` applies
 * only to production, because other stacks are meant to be removed.
 */
export function wantedProtection(
  { protect }: Pick<AwsSettings, "protect">,
  stage: Stage,
): boolean | null {
  return stage === "production" ? protect : null;
}

/** Turns termination protection on or off. Returns whether it changed. */
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
