import { DeployError } from "../errors.ts";

/** How to recover a stack from a state that a deploy cannot end; null for other states. */
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

/** @throws DeployError `ERR_STACK_STUCK` for a stack that cannot be updated */
export function requireUsable(stackName: string, status: string): void {
  const advice = stuckAdvice(stackName, status);
  if (advice === null) return;
  throw new DeployError("ERR_STACK_STUCK", `The stack ${stackName} is in ${status}`, {
    hints: [advice],
  });
}
