import { parseJson } from "../lambda-events/parse-json.ts";

/**
 * Failed items in a function's partial batch response. Returns a string if Lambda treats the whole batch as
 * failed, with the reason: a malformed list, or an identifier that is not in the batch.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 * https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
 */
export function failedItems(
  payload: string,
  identifiers: ReadonlySet<string>,
): ReadonlySet<string> | string {
  const answer = payload === "" ? null : parseJson(payload);
  if (typeof answer !== "object" || answer === null || !("batchItemFailures" in answer))
    return new Set();
  const { batchItemFailures } = answer;
  if (batchItemFailures === null) return new Set();
  if (!Array.isArray(batchItemFailures)) return "batchItemFailures is not a list";
  const failed = new Set<string>();
  for (const failure of batchItemFailures as readonly unknown[]) {
    const identifier =
      typeof failure === "object" && failure !== null && "itemIdentifier" in failure
        ? failure.itemIdentifier
        : null;
    if (typeof identifier !== "string" || identifier === "")
      return "an entry of batchItemFailures has no itemIdentifier";
    if (!identifiers.has(identifier))
      return `the itemIdentifier "${identifier}" is not in the batch`;
    failed.add(identifier);
  }
  return failed;
}
