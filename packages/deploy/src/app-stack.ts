import type { Manifest } from "@arclet/manifest";
import { createAwsClients, type AwsClients } from "./aws/aws-clients.ts";
import type { Stage } from "./environment.ts";
import { explainAwsError } from "./aws/explain-aws-error.ts";
import { stackNameOf } from "./stack/stack-name.ts";

/** Which deployment of an app. */
export interface AppOptions {
  readonly manifest: Manifest;
  readonly stage: Stage;
  /** `--name`: a stack of its own beside the stage's. */
  readonly name: string | null;
}

/**
 * Works on the stack of an app with the clients of one command.
 * @throws DeployError for what the user can mend.
 */
export async function withStack<T>(
  { manifest, stage, name }: AppOptions,
  work: (clients: AwsClients, stackName: string) => Promise<T>,
): Promise<T> {
  const stackName = stackNameOf(manifest.app, stage, name);
  const clients = createAwsClients(manifest.aws);
  try {
    return await work(clients, stackName);
  } catch (error) {
    throw explainAwsError(error, manifest.aws);
  } finally {
    clients.close();
  }
}
