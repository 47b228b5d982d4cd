import { decimalOrder } from "./decimal.ts";
import type { AttributeValue } from "./attribute-value.ts";

/**
 * Text that sorts, compared by code units, as DynamoDB sorts keys: text and bytes by unsigned bytes,
 * numbers by size. It begins with the order of a prefix where the value begins with that prefix.
 */
export function keyOrder(value: AttributeValue): string {
  if (value.S !== undefined) return textOrder(value.S);
  if (value.N !== undefined) return decimalOrder(value.N);
  return Buffer.from(value.B ?? "", "base64").toString("latin1");
}

/** UTF-16 sorts surrogates before U+E000, UTF-8 after U+FFFF: they change places. */
function textOrder(text: string): string {
  if (!/[\ud800-\uffff]/.test(text)) return text;
  let order = "";
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    order += String.fromCharCode(
      unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800,
    );
  }
  return order;
}
