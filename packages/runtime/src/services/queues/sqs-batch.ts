import { jsonAnswer, type HttpAnswer } from "../../http/http-answer.ts";
import { sqsFailure, textOf, type SqsFailure, type SqsInput } from "./sqs-input.ts";

/** Result of a batch entry: the fields of its success, or its error. */
export type EntryOutcome = SqsFailure | { readonly ok: true; readonly result: object };

const maxEntries = 10;
/** Of all bodies together. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
export const maxMessageBytes = 1_048_576;

/** Runs each entry in order; a failed one does not stop the others. A malformed batch fails as a whole. */
export async function answerBatch(
  input: SqsInput,
  run: (entry: SqsInput) => Promise<EntryOutcome>,
): Promise<HttpAnswer> {
  const entries = Array.isArray(input["Entries"]) ? (input["Entries"] as readonly SqsInput[]) : [];
  const refusal = refusalOf(entries);
  if (refusal !== null) return refusal;
  const successful: object[] = [];
  const failed: object[] = [];
  for (const entry of entries) {
    const { Id } = entry;
    const outcome = await run(entry);
    if (outcome.ok) successful.push({ Id, ...outcome.result });
    else failed.push({ Id, SenderFault: true, Code: outcome.code, Message: outcome.message });
  }
  return jsonAnswer(200, { Successful: successful, Failed: failed });
}

function refusalOf(entries: readonly SqsInput[]): HttpAnswer | null {
  if (entries.length === 0)
    return sqsFailure("EmptyBatchRequest", "There should be at least one entry in the request.");
  if (entries.length > maxEntries)
    return sqsFailure(
      "TooManyEntriesInBatchRequest",
      `Maximum number of entries per request are ${maxEntries}. You have sent ${entries.length}.`,
    );
  const ids = entries.map(({ Id }) => textOf(Id) ?? "");
  if (!ids.every((id) => /^[\w-]{1,80}$/.test(id)))
    return sqsFailure(
      "InvalidBatchEntryId",
      "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.",
    );
  const repeated = ids.find((id, index) => ids.indexOf(id) !== index);
  if (repeated !== undefined)
    return sqsFailure("BatchEntryIdsNotDistinct", `Id ${repeated} repeated.`);
  const bytes = entries.reduce((sum, { MessageBody }) => sum + bytesOf(MessageBody), 0);
  return bytes > maxMessageBytes
    ? sqsFailure(
        "BatchRequestTooLong",
        `Batch requests cannot be longer than ${maxMessageBytes} bytes. You have sent ${bytes} bytes.`,
      )
    : null;
}

function bytesOf(value: unknown): number {
  return typeof value === "string" ? Buffer.byteLength(value) : 0;
}
