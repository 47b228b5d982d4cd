import type { RequestShape } from "../requests/field.ts";
import type { Database } from "../storage/database.ts";

/** One call of DynamoDB's protocol. */
export interface Operation {
  readonly shape: RequestShape;
  /** @throws DynamoError */
  run(database: Database, input: object): object;
}

/** `Input` is what the shape lets through. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- names what the shape lets through
export function operation<Input>(
  shape: RequestShape,
  run: (database: Database, input: Input) => object,
): Operation {
  return { shape, run: (database, input) => run(database, input as Input) };
}
