import type { Field } from "../requests/field.ts";
import { operation, type Operation } from "./operation.ts";

interface ListTablesInput {
  readonly ExclusiveStartTableName?: string;
  readonly Limit?: number;
}

const mostNames = 100;
const startName: Field = {
  type: "string",
  shortest: 3,
  longest: 255,
  pattern: "[a-zA-Z0-9_.-]+",
};

export const listTables: Operation = operation<ListTablesInput>(
  {
    fields: {
      ExclusiveStartTableName: startName,
      Limit: { type: "integer", least: 1, most: mostNames },
    },
  },
  (database, { ExclusiveStartTableName: start = "", Limit = mostNames }) => {
    const names = [...database.tables()]
      .map((table) => table.name)
      .filter((name) => name > start)
      .toSorted();
    const page = names.slice(0, Limit);
    const last = page.at(-1);
    return {
      TableNames: page,
      ...(names.length > page.length && last !== undefined ? { LastEvaluatedTableName: last } : {}),
    };
  },
);
