import type { Manifest } from "@arclet/manifest";
import { createAwsClients, type AwsClients } from "./aws/aws-clients.ts";
import { credentialSource, type AccountFlags } from "./aws/credential-source.ts";
import type { Stage } from "./environment.ts";
import { explainAwsError } from "./aws/explain-aws-error.ts";
import { stackNameOf } from "./stack/stack-name.ts";

/** Selects a deployed stack of an app, and the account. */
export interface AppOptions extends AccountFlags {
  readonly manifest: Manifest;
  readonly stage: Stage;
  /** `--name`: suffix for a separate stack of the stage. */
  readonly name: string | null;
}

/**
 * Operations on an app's stack, with the clients of one command.
 * @throws DeployError for what the user can fix.
 */
export async function withStack<T>(
  { manifest, stage, name, profile = null, region = null }: AppOptions,
  work: (clients: AwsClients, stackName: string) => Promise<T>,
): Promise<T> {
  const stackName = stackNameOf(manifest.app, stage, name);
  const source = credentialSource({ profile }, manifest.aws, process.env);
  const clients = createAwsClients({ region: region ?? manifest.aws.region, source });
  try {
    return await work(clients, stackName);
  } catch (error) {
    throw explainAwsError(error, source);
  } finally {
    clients.close();
  }
}
