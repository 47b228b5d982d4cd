import { boolean, required, structure, tableName } from "../requests/field.ts";
import type { Database } from "../storage/database.ts";
import { namedTable } from "./describe-table.ts";
import { operation, type Operation } from "./operation.ts";

/** What AWS grants a new account. */
export const describeLimits: Operation = operation({ fields: {} }, () => ({
  AccountMaxReadCapacityUnits: 80_000,
  AccountMaxWriteCapacityUnits: 80_000,
  TableMaxReadCapacityUnits: 40_000,
  TableMaxWriteCapacityUnits: 40_000,
}));

/** Older SDKs ask for it when endpoint discovery is on. `address` is where they are answered. */
export function describeEndpoints(address: () => string): Operation {
  return operation({ fields: {} }, () => ({
    Endpoints: [{ Address: address(), CachePeriodInMinutes: 1440 }],
  }));
}

export const describeContinuousBackups: Operation = operation<{ readonly TableName: string }>(
  { fields: { TableName: tableName } },
  (database, { TableName }) => backupsOf(database, TableName),
);

interface UpdateContinuousBackupsInput {
  readonly TableName: string;
  readonly PointInTimeRecoverySpecification: { readonly PointInTimeRecoveryEnabled: boolean };
}

/** The setting is kept; there is nothing to restore from. */
export const updateContinuousBackups: Operation = operation<UpdateContinuousBackupsInput>(
  {
    fields: {
      TableName: tableName,
      PointInTimeRecoverySpecification: required(
        structure("PointInTimeRecoverySpecification", {
          PointInTimeRecoveryEnabled: required(boolean),
          RecoveryPeriodInDays: { type: "integer", least: 1, most: 35 },
        }),
      ),
    },
  },
  (database, { TableName, PointInTimeRecoverySpecification: given }) => {
    const { definition } = namedTable(database, TableName);
    database.redefine({
      ...definition,
      hasPointInTimeRecovery: given.PointInTimeRecoveryEnabled,
    });
    return backupsOf(database, TableName);
  },
);

function backupsOf(database: Database, name: string): object {
  const { hasPointInTimeRecovery } = namedTable(database, name).definition;
  return {
    ContinuousBackupsDescription: {
      ContinuousBackupsStatus: "ENABLED",
      PointInTimeRecoveryDescription: {
        PointInTimeRecoveryStatus: hasPointInTimeRecovery ? "ENABLED" : "DISABLED",
      },
    },
  };
}
