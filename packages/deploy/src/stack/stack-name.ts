import { stackNameOf as joinStackName } from "@arclet/manifest";
import type { Stage } from "../environment.ts";
import { DeployError } from "../errors.ts";

/** CloudFormation's limit for names of stacks. */
const longestName = 128;

/**
 * `EchoStaging`, `EchoProduction`, `EchoStagingPreview`: Architect's names, so that stacks are found.
 * @throws DeployError `ERR_STACK_NAME`
 */
export function stackNameOf(app: string, stage: Stage, name: string | null): string {
  // Without a letter it would be the name of the stage's own stack.
  if (name !== null && !/^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/.test(name))
    throw new DeployError(
      "ERR_STACK_NAME",
      `"${name}" is not a valid name for a stack: use letters and digits, with - between them`,
    );
  const stackName = joinStackName(app, stage, name);
  if (stackName.length > longestName)
    throw new DeployError(
      "ERR_STACK_NAME",
      `The stack name ${stackName} has ${stackName.length} characters, and CloudFormation allows ${longestName}: shorten --name or the app's name`,
    );
  return stackName;
}
