/** One value in DynamoDB's own JSON: exactly one of these is set. Bytes are base64 text. */
export interface AttributeValue {
  readonly S?: string;
  readonly N?: string;
  readonly B?: string;
  readonly BOOL?: boolean;
  readonly NULL?: boolean;
  readonly SS?: readonly string[];
  readonly NS?: readonly string[];
  readonly BS?: readonly string[];
  readonly L?: readonly AttributeValue[];
  readonly M?: Item;
}

/** An item or key: `{ id: { S: "1" } }`. Never changed in place once it is stored. */
export type Item = Readonly<Record<string, AttributeValue>>;

export type AttributeType = keyof AttributeValue;
export type KeyType = "S" | "N" | "B";

/** In the order in which AWS lists them in its messages. */
export const attributeTypes: readonly AttributeType[] = [
  "B",
  "NULL",
  "SS",
  "BOOL",
  "L",
  "BS",
  "N",
  "NS",
  "S",
  "M",
];

/** The type of a value that was checked: the one field it has. */
export function typeOf(value: AttributeValue): AttributeType {
  for (const type in value) return type as AttributeType;
  return "NULL";
}

/** An attribute by name; names such as `constructor` find only what the item itself has. */
export function attributeOf(item: Item, name: string): AttributeValue | undefined {
  return Object.hasOwn(item, name) ? item[name] : undefined;
}

/** The named attributes that the item has. */
export function pickAttributes(item: Item, names: Iterable<string>): Item {
  const entries: [string, AttributeValue][] = [];
  for (const name of names) {
    const value = attributeOf(item, name);
    if (value !== undefined) entries.push([name, value]);
  }
  return Object.fromEntries(entries);
}
