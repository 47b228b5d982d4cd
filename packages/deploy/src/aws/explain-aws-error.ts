import { attemptsOf, secondsOf } from "./attempts-of.ts";
import type { CredentialSource } from "./credential-source.ts";
import { DeployError } from "../errors.ts";

/** Names of errors, as the SDK and the services spell them. */
const expired = new Set([
  "ExpiredToken",
  "ExpiredTokenException",
  "IncompleteSignature",
  "InvalidAccessKeyId",
  "InvalidClientTokenId",
  "InvalidSignatureException",
  "RequestExpired",
  "RequestTimeTooSkewed",
  "SignatureDoesNotMatch",
  "TokenRefreshRequired",
  "UnrecognizedClientException",
]);
const denied = new Set([
  "AccessDenied",
  "AccessDeniedException",
  "AuthorizationError",
  "AuthorizationErrorException",
  "UnauthorizedOperation",
]);
/** Of sockets and names (libuv), and of the SDK. */
const unreachable = new Set([
  "EAI_AGAIN",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "ETIMEDOUT",
  "TimeoutError",
]);

/** Names of throttling errors. */
const throttled = new Set([
  "LimitExceededException",
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  "SlowDown",
  "ThrottledException",
  "Throttling",
  "ThrottlingException",
  "TooManyRequestsException",
]);

/** Converts an AWS error that the user can fix to a DeployError. Other errors are returned unchanged. */
export function explainAwsError(error: unknown, source: CredentialSource): unknown {
  if (!(error instanceof Error) || error instanceof DeployError) return error;
  const { name, message } = error;
  const attempts = attemptsOf(error);
  const effort = attempts > 1 ? ` (${attempts} attempts in ${secondsOf(error)} s)` : "";
  const explained = (
    code: ConstructorParameters<typeof DeployError>[0],
    text: string,
    hint: string,
  ): DeployError => new DeployError(code, text, { hints: [hint], cause: error });
  const used = source.type === "profile" ? source.profile : null;
  const signIn = `aws sso login${used === null ? "" : ` --profile ${used}`}`;
  if (name === "CredentialsProviderError" || name === "TokenProviderError")
    return isSignInOver(message)
      ? explained(
          "ERR_CREDENTIALS_EXPIRED",
          "Your AWS sign-in has expired",
          `Sign in again: ${signIn}`,
        )
      : used === null
        ? explained(
            "ERR_NO_CREDENTIALS",
            "No AWS credentials were found",
            "Set AWS_PROFILE, name a profile under @aws, or run: aws configure",
          )
        : explained(
            "ERR_NO_CREDENTIALS",
            `The AWS profile ${used} has no credentials`,
            `Check ~/.aws/config, or create the profile: aws configure --profile ${used}`,
          );
  if (expired.has(name))
    return explained(
      "ERR_CREDENTIALS_EXPIRED",
      "Your AWS credentials have expired or were refused",
      `Sign in again (${signIn}), renew the keys, or correct this machine's clock.`,
    );
  if (denied.has(name))
    return explained(
      "ERR_ACCESS_DENIED",
      message,
      "Ask for the missing permission: docs/deploy.md lists those a deploy needs.",
    );
  if (message.startsWith("Region is missing"))
    return explained(
      "ERR_NO_REGION",
      "No AWS region is set",
      "Write `region eu-central-1` under @aws, or set AWS_REGION.",
    );
  if (throttled.has(name))
    return explained(
      "ERR_THROTTLED",
      `AWS is throttling requests: ${message} (${name})${effort}`,
      "Run the command again in a minute: it continues where it stopped.",
    );
  if (unreachable.has(name) || ("code" in error && unreachable.has(String(error.code))))
    return explained(
      "ERR_UNREACHABLE",
      `AWS cannot be reached: ${message}${effort}`,
      "Check the network, the region and AWS_ENDPOINT_URL.",
    );
  // Any other refusal is about the app or the account.
  return "$fault" in error
    ? explained(
        "ERR_AWS",
        `AWS refused a call: ${message} (${name})${effort}`,
        "Fix the cause, and run the command again.",
      )
    : error;
}

/** Whether a sign-in of `aws sso login` or `aws login`, or a token file, has expired. */
function isSignInOver(message: string): boolean {
  return /sso|token|session/i.test(message) && !/could not (?:load|resolve)/i.test(message);
}
