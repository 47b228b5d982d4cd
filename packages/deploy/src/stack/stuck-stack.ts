import { DeployError } from "../errors.ts";

/** How a stack leaves a state that no deploy ends; null for all others. */
export function stuckAdvice(stackName: string, status: string): string | null {
  switch (status) {
    case "ROLLBACK_FAILED":
    case "DELETE_FAILED":
      return "Run `arclet destroy`, then deploy again.";
    case "UPDATE_ROLLBACK_FAILED":
      return `Let the rollback finish: aws cloudformation continue-update-rollback --stack-name ${stackName}`;
    default:
      return null;
  }
}

/** @throws DeployError `ERR_STACK_STUCK` for a stack that takes no update */
export function requireUsable(stackName: string, status: string): void {
  const advice = stuckAdvice(stackName, status);
  if (advice === null) return;
  throw new DeployError("ERR_STACK_STUCK", `The stack ${stackName} is in ${status}`, {
    hints: [advice],
  });
}
