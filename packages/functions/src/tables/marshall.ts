import type { AttributeValue, Attributes } from "./attribute-value.ts";

/**
 * A plain value as DynamoDB's JSON, as the AWS SDK's document client writes it. Members that are undefined
 * or functions are left out. `NumberValue` of the SDK is taken too.
 * @throws Error for what DynamoDB cannot hold: class instances, empty sets, numbers beyond the safe integers
 */
export function marshall(value: unknown): AttributeValue {
  if (value === null) return { NULL: true };
  // Not `value.constructor`: an item may have an attribute of that name.
  const kind: string = Object.getPrototypeOf(value)?.constructor.name ?? "Object";
  const write = writers[kind];
  if (write) return write(value as never);
  if ((value as ArrayBuffer).byteLength >= 0) return { B: base64(value as ArrayBuffer) };
  return (
    (value as Partial<NumberValue>).toAttributeValue?.() ?? refuse(`a ${kind}: give a plain object`)
  );
}

const writers: Readonly<Record<string, (value: never) => AttributeValue>> = {
  Array: (value: unknown[]) => ({ L: value.filter(isWritten).map(marshall) }),
  BigInt: (value) => ({ N: String(value) }),
  Boolean: (value: boolean) => ({ BOOL: value.valueOf() }),
  Map: (value: Map<string, unknown>) => ({ M: marshallMembers(Object.fromEntries(value)) }),
  Number: (value) => ({ N: numberText(Number(value)) }),
  Object: (value) => ({ M: marshallMembers(value) }),
  Set: (value: Set<unknown>) => marshallSet([...value].filter(isWritten)),
  String: (value) => ({ S: String(value) }),
};

/** Values by name, such as an item. Inherited ones are written, as the SDK does. */
export function marshallMembers(data: object): Attributes {
  // A name may be "__proto__".
  const attributes: Record<string, AttributeValue> = Object.create(null);
  // oxlint-disable-next-line guard-for-in
  for (const name in data) {
    const value = data[name as never];
    if (isWritten(value)) attributes[name] = marshall(value);
  }
  return attributes;
}

function isWritten(value: unknown): boolean {
  return value !== undefined && typeof value !== "function";
}

/** The first member decides what the others are. */
function marshallSet(members: readonly unknown[]): AttributeValue {
  const [first = null] = members;
  const { S, N, B } = marshall(first) as Partial<Record<"S" | "N" | "B", string>>;
  if (S !== undefined) return { SS: members.map(String) };
  if (N !== undefined) return { NS: members.map(numberText) };
  if (B !== undefined) return { BS: (members as readonly ArrayBuffer[]).map(base64) };
  return refuse("an empty set or one of objects");
}

/** A BigInt and the SDK's NumberValue are exact. */
function numberText(value: unknown): string {
  const text = String(value);
  return typeof value === "number" && !isExact(value)
    ? refuse(`${text} exactly: give a BigInt`)
    : text;
}

/** Whether a number is a finite one among the safe integers. */
export function isExact(number: number): boolean {
  return Math.abs(number) < 2 ** 53;
}

/** Of an ArrayBuffer, or of what views a part of one. */
function base64(data: ArrayBuffer & Partial<ArrayBufferView<ArrayBuffer>>): string {
  const { buffer = data, byteOffset, byteLength } = data;
  return Buffer.from(buffer, byteOffset, byteLength).toString("base64");
}

function refuse(what: string): never {
  throw new Error(`DynamoDB cannot hold ${what}`);
}

/** The SDK's number of any precision, whichever copy of the SDK made it. */
interface NumberValue {
  toAttributeValue(): { readonly N: string };
}
