import { withStack, type AppOptions } from "./app-stack.ts";
import { addEnvironment, readEnvironment, removeEnvironment } from "./environment.ts";
import { DeployError } from "./errors.ts";

export type EnvironmentAction =
  | { readonly type: "list" }
  | { readonly type: "add"; readonly name: string; readonly value: string }
  | { readonly type: "remove"; readonly name: string };

/** Names of the variables after the action. They reach the functions with the next deploy. */
export function manageEnv(app: AppOptions, action: EnvironmentAction): Promise<readonly string[]> {
  return withStack(app, async (clients, stackName) => {
    if (action.type === "add") await addEnvironment(clients, stackName, action.name, action.value);
    if (action.type === "remove" && !(await removeEnvironment(clients, stackName, action.name)))
      throw new DeployError("ERR_ENVIRONMENT_NAME", `${action.name} is not set`);
    return [...(await readEnvironment(clients, stackName)).keys()];
  });
}
