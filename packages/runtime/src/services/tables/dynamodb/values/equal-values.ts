import { attributeOf, typeOf, type AttributeValue, type Item } from "./attribute-value.ts";

/** Whether two checked values are the same; the order of a set does not count. */
export function equalValues(left: AttributeValue, right: AttributeValue): boolean {
  const type = typeOf(left);
  if (type !== typeOf(right)) return false;
  if (type === "L") return equalLists(left.L ?? [], right.L ?? []);
  if (type === "M") return equalItems(left.M ?? {}, right.M ?? {});
  if (type === "SS" || type === "NS" || type === "BS")
    return equalSets(left[type] ?? [], right[type] ?? []);
  return left[type] === right[type];
}

export function equalItems(left: Item, right: Item): boolean {
  const names = Object.keys(left);
  return (
    names.length === Object.keys(right).length &&
    names.every((name) => {
      const first = attributeOf(left, name);
      const second = attributeOf(right, name);
      return first !== undefined && second !== undefined && equalValues(first, second);
    })
  );
}

function equalLists(left: readonly AttributeValue[], right: readonly AttributeValue[]): boolean {
  return (
    left.length === right.length &&
    left.every((value, index) => {
      const other = right[index];
      return other !== undefined && equalValues(value, other);
    })
  );
}

function equalSets(left: readonly string[], right: readonly string[]): boolean {
  const known = new Set(left);
  return left.length === right.length && right.every((member) => known.has(member));
}
