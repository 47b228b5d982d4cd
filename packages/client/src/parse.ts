import type { Issue } from "./client-error.ts";

/** `error` of an answer. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly issues?: readonly Issue[];
}

/** `{}` for what is not a JSON object. */
export function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>;
  } catch {
    return {};
  }
}
