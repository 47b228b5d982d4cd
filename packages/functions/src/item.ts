/** A document: what DynamoDB holds, as plain values. */
export type Item = Record<string, unknown>;
