import { validationError } from "../dynamo-error.ts";
import { boolean, required, structure, tableName } from "../requests/field.ts";
import type { Database } from "../storage/database.ts";
import { attributeOf } from "../values/attribute-value.ts";
import { namedTable } from "./describe-table.ts";
import { operation, type Operation } from "./operation.ts";

interface UpdateTimeToLiveInput {
  readonly TableName: string;
  readonly TimeToLiveSpecification: { readonly Enabled: boolean; readonly AttributeName: string };
}

export const updateTimeToLive: Operation = operation<UpdateTimeToLiveInput>(
  {
    fields: {
      TableName: tableName,
      TimeToLiveSpecification: required(
        structure("TimeToLiveSpecification", {
          Enabled: required(boolean),
          AttributeName: { type: "string", isRequired: true, shortest: 1, longest: 255 },
        }),
      ),
    },
  },
  (database, { TableName, TimeToLiveSpecification: given }) => {
    const table = namedTable(database, TableName);
    const { timeToLive } = table.definition;
    if (given.Enabled && timeToLive !== null)
      throw validationError("TimeToLive is already enabled");
    if (!given.Enabled && timeToLive === null)
      throw validationError("TimeToLive is already disabled");
    if (timeToLive !== null && timeToLive.attribute !== given.AttributeName)
      throw validationError(
        `TimeToLive is active on a different AttributeName: current AttributeName is ${timeToLive.attribute}`,
      );
    database.redefine({
      ...table.definition,
      timeToLive: given.Enabled ? { attribute: given.AttributeName } : null,
    });
    return { TimeToLiveSpecification: given };
  },
);

export const describeTimeToLive: Operation = operation<{ readonly TableName: string }>(
  { fields: { TableName: tableName } },
  (database, { TableName }) => {
    const { timeToLive } = namedTable(database, TableName).definition;
    return {
      TimeToLiveDescription:
        timeToLive === null
          ? { TimeToLiveStatus: "DISABLED" }
          : { TimeToLiveStatus: "ENABLED", AttributeName: timeToLive.attribute },
    };
  },
);

/** Five years: DynamoDB leaves items that expired longer ago alone. */
const oldestExpirySeconds = 5 * 365 * 24 * 3600;
/** Deletes that are done at once, so that requests come in between. */
const batchSize = 25;

/** Deletes what is past its time, some items at a time. */
export function* expireItems(database: Database, nowMs: number): Iterable<void> {
  const nowSeconds = Math.floor(nowMs / 1000);
  for (const table of database.tables()) {
    const attribute = table.definition.timeToLive?.attribute;
    if (attribute === undefined) continue;
    const expired = [...table.view.scan(null)].filter(({ item }) => {
      const seconds = Number(attributeOf(item, attribute)?.N ?? NaN);
      return seconds <= nowSeconds && seconds > nowSeconds - oldestExpirySeconds;
    });
    for (let start = 0; start < expired.length; start += batchSize) {
      database.commit(
        expired
          .slice(start, start + batchSize)
          // What was written since it was found is another object.
          .filter((stored) => table.find(stored.item) === stored)
          .map((before) => ({ table, before, after: null, isExpired: true })),
      );
      yield;
    }
  }
}
