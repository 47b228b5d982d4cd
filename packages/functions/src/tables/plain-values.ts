import type { Attributes } from "./attribute-value.ts";
import { mapValues } from "./map-values.ts";
import { marshall, marshallMembers } from "./marshall.ts";
import { unmarshallItem } from "./unmarshall.ts";

/** Parameters of an operation, with plain values where DynamoDB's JSON has its own. */
export type Params = Record<string, unknown>;

/** Key, ExclusiveStartKey and LastEvaluatedKey among them. */
const items = /^(Item|\w*Key|ExpressionAttributeValues|Attributes)$/;
/** Conditions by attribute: of the time before expressions. */
const conditions = /^(AttributeUpdates|Expected|KeyConditions|(Query|Scan)Filter)$/;

/** Parameters, or a condition of theirs, as DynamoDB's JSON, from what the AWS SDK's document client takes. */
export function marshallInput(params: Params): Params {
  const input: Params = {};
  for (const [name, value] of Object.entries(params)) {
    if (name === "Value" && value !== undefined) input[name] = marshall(value);
    // The SDK leaves out what is null, too.
    else if (value !== undefined && value !== null) input[name] = marshallParam(name, value);
  }
  return input;
}

function marshallParam(name: string, value: object): unknown {
  if (name === "AttributeValueList") return (value as unknown[]).map(marshall);
  if (conditions.test(name)) return mapValues(value as Record<string, Params>, marshallInput);
  return items.test(name) ? marshallMembers(value) : value;
}

/** What an operation answers, with the plain values that the AWS SDK's document client reads. */
export function unmarshallOutput(output: Params): Params {
  for (const [name, value] of Object.entries(output)) {
    if (name === "Items") output[name] = (value as Attributes[]).map(unmarshallItem);
    if (items.test(name)) output[name] = unmarshallItem(value as Attributes);
  }
  return output;
}
