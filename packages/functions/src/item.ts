/** A DynamoDB item as plain values. */
export type Item = Record<string, unknown>;
