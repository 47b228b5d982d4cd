import * as sdk from "@aws-sdk/client-dynamodb";
import { onTestFinished } from "vitest";
import { startServices, type LocalServices } from "../local-services.ts";

/** What the SDK throws, with the fields DynamoDB adds to some errors. */
export interface Refusal {
  readonly name: string;
  readonly message: string;
  readonly CancellationReasons?: readonly { Code?: string; Message?: string; Item?: Output }[];
  readonly Item?: Output;
}

// Answers are compared with what is expected of them, whatever their shape.
// oxlint-disable-next-line typescript/no-explicit-any
export type Output = Record<string, any>;

/** DynamoDB through AWS's SDK. */
export interface Dynamo extends LocalServices {
  readonly endpoint: string;
  /** Sends a command by its name: `call("GetItem", { … })`. */
  readonly call: (operation: string, input: object) => Promise<Output>;
  /** What the SDK throws for a request that must be refused. */
  readonly refused: (operation: string, input: object) => Promise<Refusal>;
}

const cats = {
  name: "cats",
  partitionKey: { name: "id", type: "S" },
  sortKey: null,
  ttlAttribute: null,
  encrypt: false,
  pointInTimeRecovery: false,
  indexes: [],
  origin: null,
} as const;

export async function startDynamo(
  options: Parameters<typeof startServices>[1] = {},
): Promise<Dynamo> {
  const local = await startServices({ tables: [cats] }, options);
  const endpoint = local.services.environment()["AWS_ENDPOINT_URL_DYNAMODB"] ?? "";
  const client = new sdk.DynamoDBClient({
    endpoint,
    region: "us-west-2",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  });
  onTestFinished(() => client.destroy());
  const commands = sdk as unknown as Record<string, new (input: object) => never>;
  const call = (operation: string, input: object): Promise<Output> => {
    const Command = commands[`${operation}Command`];
    if (Command === undefined) throw new Error(`the SDK has no ${operation}`);
    return client.send(new Command(input));
  };
  return {
    ...local,
    endpoint,
    call,
    refused: (operation, input) =>
      call(operation, input).then(
        () => {
          throw new Error(`${operation} was not refused`);
        },
        (error: unknown) => error as Refusal,
      ),
  };
}

/** Sends a request that no client of the SDK would make. */
export async function post(
  { endpoint }: Pick<Dynamo, "endpoint">,
  target: string,
  body: string,
  headers: Record<string, string> = {},
): Promise<{ readonly status: number; readonly body: Output }> {
  const response = await fetch(endpoint, {
    method: "POST",
    headers: { "x-amz-target": target, ...headers },
    body,
  });
  const text = await response.text();
  return {
    status: response.status,
    body: text.startsWith("{") ? (JSON.parse(text) as Output) : { text },
  };
}

/** The streams API, for which the SDK has another client. */
export async function streams(dynamo: Dynamo, operation: string, input: object): Promise<Output> {
  const { body } = await post(
    dynamo,
    `DynamoDBStreams_20120810.${operation}`,
    JSON.stringify(input),
  );
  return body;
}

/** Partition key `pk`, sort key `sk`, all text; a local and two global indexes. */
export const things = {
  TableName: "things",
  AttributeDefinitions: ["pk", "sk", "a", "b"].map((AttributeName) => ({
    AttributeName,
    AttributeType: "S",
  })),
  KeySchema: keys("pk", "sk"),
  BillingMode: "PAY_PER_REQUEST",
  LocalSecondaryIndexes: [
    { IndexName: "byA", KeySchema: keys("pk", "a"), Projection: { ProjectionType: "ALL" } },
    {
      IndexName: "byB",
      KeySchema: keys("pk", "b"),
      Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: ["a"] },
    },
  ],
  GlobalSecondaryIndexes: [
    { IndexName: "allOfA", KeySchema: keys("a"), Projection: { ProjectionType: "ALL" } },
    {
      IndexName: "someOfA",
      KeySchema: keys("a", "b"),
      Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: ["data"] },
    },
  ],
};

/** Only a partition key `pk`, which is text. */
export const plain = {
  TableName: "plain",
  AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
  KeySchema: keys("pk"),
  BillingMode: "PAY_PER_REQUEST",
};

export function keys(partition: string, sort?: string): object[] {
  return [
    { AttributeName: partition, KeyType: "HASH" },
    ...(sort === undefined ? [] : [{ AttributeName: sort, KeyType: "RANGE" }]),
  ];
}

/** An item of plain values: text, numbers, booleans, lists and maps. */
export function item(values: Record<string, unknown>): Output {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, attribute(value)]),
  );
}

export function attribute(value: unknown): Output {
  if (typeof value === "string") return { S: value };
  if (typeof value === "number") return { N: String(value) };
  if (typeof value === "boolean") return { BOOL: value };
  if (value === null) return { NULL: true };
  if (value instanceof Uint8Array) return { B: value };
  if (value instanceof Set) {
    const members = [...value];
    return typeof members[0] === "number" ? { NS: members.map(String) } : { SS: members };
  }
  if (Array.isArray(value)) return { L: value.map(attribute) };
  return { M: item(value as Record<string, unknown>) };
}
