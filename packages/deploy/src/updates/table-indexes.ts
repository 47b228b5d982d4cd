import { canonicalText, canonicalValue } from "../template/canonical-value.ts";
import { compareTemplates } from "../template/compare-templates.ts";
import type { Template, TemplateResource, TemplateValue } from "../template/template.ts";

const tableType = "AWS::DynamoDB::Table";

/** A global secondary index, with the types of its key attributes. */
interface DeclaredIndex {
  readonly name: string;
  readonly value: TemplateValue;
  readonly types: ReadonlyMap<string, TemplateValue>;
}

/** What a table has beside its global secondary indexes. */
type Properties = NonNullable<TemplateResource["Properties"]>;

/** The ways of one table from its deployed indexes to those to come. */
export interface IndexChanges {
  readonly tableId: string;
  /** The indexes after each change; the last are those to come. */
  readonly states: readonly (readonly DeclaredIndex[])[];
  /** How many of the changes must be made before functions that use the new indexes run. */
  readonly early: number;
  /** What each change is: `create index byOwner`. */
  readonly texts: readonly string[];
}

/**
 * The changes of a table's global secondary indexes, one after the other. AWS creates or deletes one in an
 * update, and changes none: an index with other keys or another projection is deleted and created
 * (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html).
 * Empty for a table that is new or replaced, which gets all of its indexes at once.
 */
export function indexChanges(before: Template, after: Template): readonly IndexChanges[] {
  return Object.entries(after.Resources).flatMap(([tableId, resource]) => {
    const deployed = Object.hasOwn(before.Resources, tableId)
      ? before.Resources[tableId]
      : undefined;
    if (deployed?.Type !== tableType || resource.Type !== tableType) return [];
    if (isReplaced(deployed, resource)) return [];
    const changes = changesOf(indexesOf(deployed), indexesOf(resource));
    return changes.states.length === 0 ? [] : [{ tableId, ...changes }];
  });
}

function changesOf(
  deployed: readonly DeclaredIndex[],
  wanted: readonly DeclaredIndex[],
): Omit<IndexChanges, "tableId"> {
  const same = (index: DeclaredIndex, others: readonly DeclaredIndex[]): boolean =>
    others.some((other) => textOf(other) === textOf(index));
  const named = (name: string) => (index: DeclaredIndex) => index.name === name;
  const created = wanted.filter((index) => !same(index, deployed));
  const deleted = deployed.filter((index) => !same(index, wanted));
  /** Its name is taken again, or the type of an attribute that is a key of it changes. */
  const isInTheWay = (index: DeclaredIndex): boolean =>
    created.some(
      ({ name, types }) =>
        name === index.name ||
        [...index.types].some(([key, type]) => types.has(key) && types.get(key) !== type),
    );
  const first = deleted.filter(isInTheWay);
  const last = deleted.filter((index) => !isInTheWay(index));
  const states: (readonly DeclaredIndex[])[] = [];
  const texts: string[] = [];
  let current = deployed;
  const advance = (next: readonly DeclaredIndex[], text: string): void => {
    current = next;
    states.push(next);
    texts.push(text);
  };
  const remove = ({ name }: DeclaredIndex): void =>
    advance(
      current.filter((index) => index.name !== name),
      `delete index ${name}${wanted.some(named(name)) ? ", which is created again with its new keys" : ""}`,
    );
  first.forEach(remove);
  for (const index of created) advance([...current, index], `create index ${index.name}`);
  last.forEach(remove);
  return { states, texts, early: first.length + created.length };
}

/** The properties of a table with other global secondary indexes, and the attributes that its keys need. */
export function withIndexes(
  { Properties: properties = {} }: TemplateResource,
  indexes: readonly DeclaredIndex[],
): Properties {
  const { GlobalSecondaryIndexes: _indexes, AttributeDefinitions: _types, ...rest } = properties;
  const types = new Map([
    ...keyTypes(properties, [properties["KeySchema"]]),
    ...keyTypes(properties, listOf(properties["LocalSecondaryIndexes"]).map(keySchemaOf)),
    ...indexes.flatMap((index) => [...index.types]),
  ]);
  return {
    ...rest,
    AttributeDefinitions: [...types].map(([AttributeName, AttributeType]) => ({
      AttributeName,
      AttributeType,
    })),
    ...(indexes.length === 0 ? {} : { GlobalSecondaryIndexes: indexes.map(({ value }) => value) }),
  };
}

/** Whether the table is replaced for another reason than its global secondary indexes. */
export function isReplaced(deployed: TemplateResource, wanted: TemplateResource): boolean {
  const only = (resource: TemplateResource): Template => ({
    AWSTemplateFormatVersion: "2010-09-09",
    Description: "",
    Resources: { Table: { ...resource, Properties: withIndexes(resource, []) } },
    Outputs: {},
  });
  return compareTemplates(only(deployed), only(wanted)).some(({ action }) => action === "replace");
}

function indexesOf({ Properties: properties = {} }: TemplateResource): readonly DeclaredIndex[] {
  return listOf(properties["GlobalSecondaryIndexes"]).map((value) => ({
    name: canonicalText(memberOf(value, "IndexName")) ?? "",
    value,
    types: keyTypes(properties, [keySchemaOf(value)]),
  }));
}

/** What AWS cannot change of an index; its capacity it can. */
function textOf({ value, types }: DeclaredIndex): string {
  return JSON.stringify([
    ["IndexName", "KeySchema", "Projection"].map((name) =>
      canonicalValue(memberOf(value, name) ?? ""),
    ),
    [...types].toSorted(([a], [b]) => (a < b ? -1 : 1)),
  ]);
}

function keySchemaOf(index: TemplateValue): TemplateValue | undefined {
  return memberOf(index, "KeySchema");
}

function keyTypes(
  properties: Properties,
  schemas: readonly (TemplateValue | undefined)[],
): ReadonlyMap<string, TemplateValue> {
  const defined = new Map(
    listOf(properties["AttributeDefinitions"]).map((definition) => [
      canonicalText(memberOf(definition, "AttributeName")) ?? "",
      memberOf(definition, "AttributeType") ?? "",
    ]),
  );
  return new Map(
    schemas.flatMap(listOf).flatMap((key) => {
      const name = canonicalText(memberOf(key, "AttributeName")) ?? "";
      const type = defined.get(name);
      return type === undefined ? [] : [[name, type] as const];
    }),
  );
}

function listOf(value: TemplateValue | undefined): readonly TemplateValue[] {
  return Array.isArray(value) ? (value as readonly TemplateValue[]) : [];
}

function memberOf(value: TemplateValue, name: string): TemplateValue | undefined {
  return typeof value === "object" && name in value
    ? (value as { readonly [key: string]: TemplateValue })[name]
    : undefined;
}
