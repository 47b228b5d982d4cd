import type { Issue } from "./client-error.ts";

/** The `error` of an answer. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly issues?: readonly Issue[];
}

/** Parses a JSON object; `{}` for anything else. */
export function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>;
  } catch {
    return {};
  }
}
