import type { Item } from "../item.ts";
import type { AttributeValue, Attributes } from "./attribute-value.ts";
import { mapValues } from "./map-values.ts";
import { isExact } from "./marshall.ts";

/** The plain values of an item as DynamoDB's JSON writes it, as the AWS SDK's document client reads them. */
export function unmarshallItem(attributes: Attributes): Item {
  return mapValues(attributes, unmarshall);
}

function unmarshall(value: AttributeValue): unknown {
  const [[kind, data]] = Object.entries(value) as [[string, never]];
  const read = readers[kind];
  return read ? read(data) : data;
}

/** Strings and booleans are as they are. */
const readers: Readonly<Record<string, (data: never) => unknown>> = {
  B: bytesOf,
  BS: (data: string[]) => new Set(data.map(bytesOf)),
  L: (data: AttributeValue[]) => data.map(unmarshall),
  M: unmarshallItem,
  N: numberOf,
  NS: (data: string[]) => new Set(data.map(numberOf)),
  NULL: () => null,
  SS: (data: string[]) => new Set(data),
};

/** A BigInt where a number would not be exact. */
function numberOf(text: string): number | bigint {
  const number = Number(text);
  return isExact(number) ? number : BigInt(text);
}

/** Bytes of base64 text. */
export function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "base64"));
}
