import { validationError } from "../dynamo-error.ts";
import type {
  AttributeDefinition,
  KeySchemaElement,
  Throughput,
} from "../storage/table-definition.ts";
import type { IndexParameters, TableParameters } from "./table-fields.ts";

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html#limits-secondary-indexes */
const mostLocalIndexes = 5;
export const mostGlobalIndexes = 20;
/** AWS's bound for a number that makes no sense. */
const mostUnits = 1_000_000_000_000;

/** @throws DynamoError `ValidationException` */
export function checkKeySchema(
  schema: readonly KeySchemaElement[],
  attributes: readonly AttributeDefinition[],
): void {
  const defined = attributes.map((attribute) => attribute.AttributeName);
  const keys = schema.map((key) => key.AttributeName);
  if (keys.some((key) => !defined.includes(key)))
    throw invalid(
      `Some index key attributes are not defined in AttributeDefinitions. Keys: [${keys.join(", ")}], AttributeDefinitions: [${defined.join(", ")}]`,
    );
  if (keys[0] === keys[1])
    throw validationError(
      "Both the Hash Key and the Range Key element in the KeySchema have the same name",
    );
  if (schema[0]?.KeyType !== "HASH")
    throw validationError("Invalid KeySchema: The first KeySchemaElement is not a HASH key type");
  if (schema[1] !== undefined && schema[1].KeyType !== "RANGE")
    throw validationError("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type");
}

/** @throws DynamoError `ValidationException` */
export function checkBilling(input: TableParameters, isOnDemand: boolean): void {
  const { ProvisionedThroughput: given } = input;
  if (isOnDemand && given !== undefined)
    throw invalid(
      "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST",
    );
  if (given !== undefined) checkThroughput(given);
}

function checkThroughput(throughput: Throughput): void {
  for (const kind of ["ReadCapacityUnits", "WriteCapacityUnits"] as const)
    if (throughput[kind] > mostUnits)
      throw validationError(`Given value ${throughput[kind]} for ${kind} is out of bounds`);
}

/** @throws DynamoError `ValidationException` */
export function checkProjection({ Projection: projection }: IndexParameters): void {
  const { ProjectionType: type, NonKeyAttributes: attributes } = projection;
  if (type === undefined) throw invalid("Unknown ProjectionType: null");
  if (attributes !== undefined && type !== "INCLUDE")
    throw invalid(`ProjectionType is ${type}, but NonKeyAttributes is specified`);
  if (attributes === undefined && type === "INCLUDE")
    throw invalid("ProjectionType is INCLUDE, but NonKeyAttributes is not specified");
}

/** @throws DynamoError `ValidationException` */
export function checkLocalIndexes(
  indexes: readonly IndexParameters[],
  tableSchema: readonly KeySchemaElement[],
  attributes: readonly AttributeDefinition[],
): void {
  if (indexes.length === 0) throw invalid("List of LocalSecondaryIndexes is empty");
  if (tableSchema.length !== 2)
    throw invalid(
      "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex",
    );
  const partition = tableSchema[0]?.AttributeName ?? "";
  for (const index of indexes) {
    checkKeySchema(index.KeySchema, attributes);
    if (index.KeySchema.length !== 2)
      throw invalid(`Index KeySchema does not have a range key for index: ${index.IndexName}`);
    const own = index.KeySchema[0]?.AttributeName ?? "";
    if (own !== partition)
      throw invalid(
        `Index KeySchema does not have the same leading hash key as table KeySchema for index: ${index.IndexName}. index hash key: ${own}, table hash key: ${partition}`,
      );
    checkProjection(index);
  }
  if (indexes.length > mostLocalIndexes)
    throw invalid(`Number of LocalSecondaryIndexes exceeds per-table limit of ${mostLocalIndexes}`);
}

/** @throws DynamoError `ValidationException` */
export function checkGlobalIndexes(
  indexes: readonly IndexParameters[],
  attributes: readonly AttributeDefinition[],
  isOnDemand: boolean,
): void {
  if (indexes.length === 0) throw invalid("List of GlobalSecondaryIndexes is empty");
  for (const index of indexes) checkGlobalIndex(index, attributes, isOnDemand);
  if (indexes.length > mostGlobalIndexes)
    throw invalid(`GlobalSecondaryIndex count exceeds the per-table limit of ${mostGlobalIndexes}`);
}

/** @throws DynamoError `ValidationException` */
export function checkGlobalIndex(
  index: IndexParameters,
  attributes: readonly AttributeDefinition[],
  isOnDemand: boolean,
): void {
  checkKeySchema(index.KeySchema, attributes);
  checkProjection(index);
  const { IndexName: name, ProvisionedThroughput: given } = index;
  if (isOnDemand && given !== undefined)
    throw invalid(
      `ProvisionedThroughput should not be specified for index: ${name} when BillingMode is PAY_PER_REQUEST`,
    );
  if (!isOnDemand && given === undefined)
    throw invalid(`ProvisionedThroughput must be specified for index: ${name}`);
}

/** @throws DynamoError `ValidationException` */
export function checkDistinctIndexes(indexes: readonly IndexParameters[]): void {
  const known = new Set<string>();
  for (const { IndexName: name } of indexes) {
    if (known.has(name)) throw invalid(`Duplicate index name: ${name}`);
    known.add(name);
  }
}

/** @throws DynamoError `ValidationException` */
export function checkStream({ StreamSpecification: stream }: TableParameters): void {
  if (stream === undefined) return;
  if (stream.StreamEnabled && stream.StreamViewType === undefined)
    throw invalid("StreamViewType must be specified when StreamEnabled is true");
  if (!stream.StreamEnabled && stream.StreamViewType !== undefined)
    throw invalid("StreamViewType cannot be specified when StreamEnabled is false");
}

export function invalid(reason: string): Error {
  return validationError(`One or more parameter values were invalid: ${reason}`);
}
