import { jsonAnswer, type HttpAnswer } from "../../http/http-answer.ts";

/** A request's JSON; the SDK has checked its shape, other clients may not have. */
export type SqsInput = Readonly<Record<string, unknown>>;

export interface SqsFailure {
  readonly ok: false;
  /** As SQS spells it. */
  readonly code: string;
  readonly message: string;
}

export function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

export function numberOf(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

export function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

export function sqsFailure(code: string, message: string, status: number = 400): HttpAnswer {
  // The query-compatible header makes SDKs throw the code that older SDKs threw.
  return jsonAnswer(
    status,
    { __type: `com.amazonaws.sqs#${code}`, message },
    { "x-amzn-query-error": `${code};${status < 500 ? "Sender" : "Receiver"}` },
  );
}
