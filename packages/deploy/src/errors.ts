import { CodedError } from "@arclet/manifest";

/** Codes of the errors a user can fix, with their meaning. */
export const deployErrorCodes = {
  ERR_NO_CREDENTIALS: "No AWS credentials were found",
  ERR_CREDENTIALS_EXPIRED: "The AWS credentials are expired or refused",
  ERR_ACCESS_DENIED: "The AWS identity may not do what the deploy needs",
  ERR_NO_REGION: "No AWS region is set",
  ERR_UNREACHABLE: "The AWS endpoint cannot be reached",
  ERR_THROTTLED: "AWS throttled the requests",
  ERR_AWS: "AWS refused a call",
  ERR_STACK_NAME: "The name cannot be part of a stack's name",
  ERR_TEMPLATE_LIMIT: "The app is larger than CloudFormation allows",
  ERR_NOTHING_TO_DEPLOY: "The manifest declares nothing that can be deployed",
  ERR_PACKAGE_TOO_LARGE: "A function is larger than Lambda allows",
  ERR_NATIVE_MODULE: "A function's native module is not built for Lambda",
  ERR_STACK_BUSY: "Another deploy is changing the stack",
  ERR_STACK_STUCK: "The stack is in a state that needs manual repair",
  ERR_STACK_MISSING: "The app is not deployed",
  ERR_STACK_FOREIGN: "The stack belongs to another app",
  ERR_STACK_PROTECTED: "AWS would refuse to delete the stack or its data",
  ERR_ADOPTION: "The stack cannot be taken over unchanged",
  ERR_NO_EARLIER_DEPLOY: "There is no earlier deploy to restore",
  ERR_UPDATE_REFUSED: "AWS would refuse the update after it has begun",
  ERR_CHANGE_SET: "CloudFormation refused the change",
  ERR_DEPLOY_FAILED: "CloudFormation could not make the change",
  ERR_NOT_CONFIRMED: "The change was not confirmed",
  ERR_HOLDS_DATA: "The app to destroy holds data",
  ERR_NEEDS_FULL_DEPLOY: "Only a full deploy can make the change",
  ERR_FUNCTION_UNKNOWN: "The app has no such function",
  ERR_AUTH_SESSION: "The sockets' login cannot work on AWS",
  ERR_ENVIRONMENT_NAME: "The name cannot be an environment variable of Lambda",
} as const;

export type DeployErrorCode = keyof typeof deployErrorCodes;

/** An error the user can fix, shown without a stack trace. */
export class DeployError extends CodedError<DeployErrorCode> {
  override readonly name = "DeployError";
}
