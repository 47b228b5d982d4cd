import { withStack, type AppOptions } from "./app-stack.ts";
import { appTag, stageTag, tagsOf } from "./stack/stack-owner.ts";
import { deployedFunction, deployedStack, outputsOf, stackResources } from "./stack/stack-state.ts";

export interface AppDescription {
  readonly stackName: string;
  readonly status: string;
  /** The app that the stack belongs to, from its tag; null without one. */
  readonly app: string | null;
  readonly stage: string | null;
  /** AWS's id of the stack, with region and account. */
  readonly stackId: string;
  /** Whether termination protection is on, with which CloudFormation refuses to delete the stack. */
  readonly isProtected: boolean;
  readonly lastDeploy: Date | null;
  readonly httpUrl: string | null;
  readonly webSocketUrl: string | null;
  readonly cdnUrl: string | null;
  readonly functions: readonly { readonly id: string; readonly lambdaName: string }[];
}

/** The deployed app. @throws DeployError `ERR_STACK_MISSING` */
export function describeApp(app: AppOptions): Promise<AppDescription> {
  return withStack(app, async (clients, stackName) => {
    const stack = await deployedStack(clients, stackName);
    const outputs = outputsOf(stack);
    const resources = await stackResources(clients, stackName);
    return {
      stackName,
      status: stack.StackStatus ?? "",
      app: tagsOf(stack).get(appTag) ?? null,
      stage: tagsOf(stack).get(stageTag) ?? null,
      stackId: stack.StackId ?? "",
      isProtected: stack.EnableTerminationProtection ?? false,
      lastDeploy: stack.LastUpdatedTime ?? stack.CreationTime ?? null,
      httpUrl: outputs.get("HttpUrl") ?? null,
      webSocketUrl: outputs.get("WebSocketUrl") ?? null,
      cdnUrl: outputs.get("CdnUrl") ?? null,
      functions: app.manifest.functions.flatMap(({ id }) => {
        const found = deployedFunction(resources, id);
        return found === null ? [] : [{ id, lambdaName: found.physicalId }];
      }),
    };
  });
}
