import type { Item } from "../values/attribute-value.ts";

/** An item in a table, with what is needed each time it is met. */
export interface StoredItem {
  readonly item: Item;
  readonly bytes: number;
  /** Orders of its keys, as `keyOrder` gives them; the second is empty without a sort key. */
  readonly partition: string;
  readonly sort: string;
}
