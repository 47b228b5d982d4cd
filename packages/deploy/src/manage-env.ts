import { withStack, type AppOptions } from "./app-stack.ts";
import {
  addEnvironment,
  checkVariable,
  readEnvironment,
  removeEnvironment,
} from "./environment.ts";
import { DeployError } from "./errors.ts";
import { requireOwn } from "./stack/stack-owner.ts";
import { describeStack } from "./stack/stack-state.ts";

export type EnvironmentAction =
  | { readonly type: "list" }
  | { readonly type: "add"; readonly name: string; readonly value: string }
  | { readonly type: "remove"; readonly name: string };

/** Names of the variables after the action. Functions get them with the next deploy. */
export async function manageEnv(
  app: AppOptions,
  action: EnvironmentAction,
): Promise<readonly string[]> {
  if (action.type === "add") checkVariable(action.name, action.value);
  return withStack(app, async (clients, stackName) => {
    // The stack may belong to another app, or not exist yet.
    const stack = await describeStack(clients, stackName);
    if (stack !== null) await requireOwn(clients, stack, app.manifest.app);
    if (action.type === "add") await addEnvironment(clients, stackName, action.name, action.value);
    if (action.type === "remove" && !(await removeEnvironment(clients, stackName, action.name)))
      throw new DeployError("ERR_ENVIRONMENT_NAME", `${action.name} is not set`);
    return [...(await readEnvironment(clients, stackName)).keys()];
  });
}
