import { decimalBytes } from "./decimal.ts";
import type { AttributeValue, Item } from "./attribute-value.ts";

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
const collectionBytes = 3;
const elementBytes = 1;

export function itemBytes(item: Item): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(item))
    bytes += Buffer.byteLength(name) + valueBytes(value);
  return bytes;
}

export function valueBytes(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return decimalBytes(value.N);
  if (value.B !== undefined) return Buffer.byteLength(value.B, "base64");
  if (value.SS !== undefined) return total(value.SS, (text) => Buffer.byteLength(text));
  if (value.NS !== undefined) return total(value.NS, decimalBytes);
  if (value.BS !== undefined) return total(value.BS, (text) => Buffer.byteLength(text, "base64"));
  if (value.L !== undefined)
    return collectionBytes + total(value.L, (element) => elementBytes + valueBytes(element));
  if (value.M !== undefined) {
    const { M } = value;
    return collectionBytes + itemBytes(M) + elementBytes * Object.keys(M).length;
  }
  return 1;
}

function total<Element>(
  elements: readonly Element[],
  bytesOf: (element: Element) => number,
): number {
  let bytes = 0;
  for (const element of elements) bytes += bytesOf(element);
  return bytes;
}
