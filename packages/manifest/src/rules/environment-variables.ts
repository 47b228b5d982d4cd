/**
 * Names reserved by Lambda, which sets them itself.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
export const reservedVariables: ReadonlySet<string> = new Set([
  "_HANDLER",
  "_X_AMZN_TRACE_ID",
  "AWS_DEFAULT_REGION",
  "AWS_REGION",
  "AWS_EXECUTION_ENV",
  "AWS_LAMBDA_FUNCTION_NAME",
  "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
  "AWS_LAMBDA_FUNCTION_VERSION",
  "AWS_LAMBDA_INITIALIZATION_TYPE",
  "AWS_LAMBDA_LOG_GROUP_NAME",
  "AWS_LAMBDA_LOG_STREAM_NAME",
  "AWS_LAMBDA_RUNTIME_API",
  "AWS_LAMBDA_MAX_CONCURRENCY",
  "LAMBDA_TASK_ROOT",
  "LAMBDA_RUNTIME_DIR",
]);

/**
 * Most characters of all of a function's variables together.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export const variablesLimit = 4096;

/** Why a deployed function cannot have a variable of this name, or null. */
export function variableNameProblem(name: string): string | null {
  if (!/^[A-Za-z]\w+$/.test(name))
    return "use at least two letters, digits and _, beginning with a letter";
  if (reservedVariables.has(name)) return "Lambda sets it itself";
  if (/^(?:AWS_|LAMBDA_)/.test(name)) return "names that begin with AWS_ and LAMBDA_ are reserved";
  return /^ARC_(?!APP_SECRET|SESSION)/.test(name)
    ? "names that begin with ARC_ are Arclet's"
    : null;
}
