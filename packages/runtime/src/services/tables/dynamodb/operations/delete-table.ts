import { validationError } from "../dynamo-error.ts";
import { tableName } from "../requests/field.ts";
import { namedTable, tableArn, tableDescription } from "./describe-table.ts";
import { operation, type Operation } from "./operation.ts";

export const deleteTable: Operation = operation<{ readonly TableName: string }>(
  { fields: { TableName: tableName } },
  (database, { TableName }) => {
    const table = namedTable(database, TableName);
    if (table.definition.isProtected)
      throw validationError(
        `Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first. Resource: ${tableArn(database.place, TableName)}`,
      );
    database.drop(table);
    return { TableDescription: tableDescription(database, table, "DELETING") };
  },
);
