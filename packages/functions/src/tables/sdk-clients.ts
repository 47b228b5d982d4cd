import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";

/** The AWS SDK's clients, for what `tables()` has no method for. */
export interface SdkClients {
  readonly client: DynamoDBClient;
  readonly document: DynamoDBDocumentClient;
}

/**
 * Loads the AWS SDK, which Lambda has; locally it is the app's.
 * @throws Error of Node.js, which names the package, when it is not installed
 */
export function loadSdkClients(): SdkClients {
  // At once, since who reads a member does not wait. Bundlers do not see it, since hardly anybody does.
  // A function's working directory is its built folder.
  const require = process.getBuiltinModule("module").createRequire(`${process.cwd()}/`);
  const { DynamoDBClient: Client } = require("@aws-sdk/client-dynamodb");
  const { DynamoDBDocumentClient: DocumentClient } = require("@aws-sdk/lib-dynamodb");
  const client = new Client({});
  const marshallOptions = { removeUndefinedValues: true };
  return { client, document: DocumentClient.from(client, { marshallOptions }) };
}
