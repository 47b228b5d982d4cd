import type { Manifest } from "@arclet/manifest";
import { createAwsClients, type AwsClients } from "./aws/aws-clients.ts";
import { credentialSource, type AccountFlags } from "./aws/credential-source.ts";
import type { Stage } from "./environment.ts";
import { explainAwsError } from "./aws/explain-aws-error.ts";
import { stackNameOf } from "./stack/stack-name.ts";

/** Which deployment of an app, and in whose account. */
export interface AppOptions extends AccountFlags {
  readonly manifest: Manifest;
  readonly stage: Stage;
  /** `--name`: a stack of its own beside the stage's. */
  readonly name: string | null;
}

/**
 * Works on the stack of an app with the clients of one command.
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
