import type { Manifest } from "@arclet/manifest";
import { createAwsClients, explainAwsError } from "./aws-clients.ts";
import { addEnvironment, readEnvironment, removeEnvironment, type Stage } from "./environment.ts";
import { DeployError } from "./errors.ts";
import { stackNameOf } from "./stack/stack-name.ts";
import { describeStack, outputsOf, stackResources } from "./stack/stack-state.ts";
import { functionLogicalId } from "./template/synthesis-context.ts";

export interface AppOptions {
  readonly manifest: Manifest;
  readonly stage: Stage;
  readonly name: string | null;
}

export interface AppDescription {
  readonly stackName: string;
  readonly status: string;
  readonly lastDeploy: Date | null;
  readonly httpUrl: string | null;
  readonly webSocketUrl: string | null;
  readonly cdnUrl: string | null;
  readonly functions: readonly { readonly id: string; readonly lambdaName: string }[];
}

/** The deployed app. @throws DeployError `ERR_STACK_MISSING` */
export async function describeApp({ manifest, stage, name }: AppOptions): Promise<AppDescription> {
  const clients = createAwsClients(manifest.aws);
  const stackName = stackNameOf(manifest.app, stage, name);
  try {
    const stack = await describeStack(clients, stackName);
    if (stack === null)
      throw new DeployError("ERR_STACK_MISSING", `The stack ${stackName} is not deployed`, {
        hints: [`Deploy it: arclet deploy${stage === "production" ? " --production" : ""}`],
      });
    const outputs = outputsOf(stack);
    const resources = await stackResources(clients, stackName);
    return {
      stackName,
      status: stack.StackStatus ?? "",
      lastDeploy: stack.LastUpdatedTime ?? stack.CreationTime ?? null,
      httpUrl: outputs.get("HttpUrl") ?? null,
      webSocketUrl: outputs.get("WebSocketUrl") ?? null,
      cdnUrl: outputs.get("CdnUrl") ?? null,
      functions: manifest.functions.flatMap(({ id }) => {
        const lambdaName = resources.get(functionLogicalId(id));
        return lambdaName === undefined ? [] : [{ id, lambdaName }];
      }),
    };
  } catch (error) {
    throw explainAwsError(error);
  } finally {
    await clients.close();
  }
}

export type EnvironmentAction =
  | { readonly type: "list" }
  | { readonly type: "add"; readonly name: string; readonly value: string }
  | { readonly type: "remove"; readonly name: string };

/** Names of the variables after the action. They reach the functions with the next deploy. */
export async function manageEnv(
  { manifest, stage, name }: AppOptions,
  action: EnvironmentAction,
): Promise<readonly string[]> {
  const clients = createAwsClients(manifest.aws);
  const stackName = stackNameOf(manifest.app, stage, name);
  try {
    if (action.type === "add") await addEnvironment(clients, stackName, action.name, action.value);
    if (action.type === "remove" && !(await removeEnvironment(clients, stackName, action.name)))
      throw new DeployError("ERR_ENVIRONMENT_NAME", `${action.name} is not set`);
    return [...(await readEnvironment(clients, stackName)).keys()];
  } catch (error) {
    throw explainAwsError(error);
  } finally {
    await clients.close();
  }
}
