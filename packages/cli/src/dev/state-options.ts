import type { RuntimeOptions } from "@arclet/runtime";
import { CliError } from "../errors.ts";
import { createdFolder } from "../project/project-folder.ts";

/** Flags of the commands that run an app here. */
export const stateArgs = {
  data: {
    type: "string",
    valueHint: "folder",
    description: "Keep tables, events and queues in this folder; in memory by default",
  },
  dynamodb: {
    type: "string",
    valueHint: "url",
    description: "Tables are there, at something that speaks DynamoDB, and not here",
  },
} as const;

/** Where tables, events and queues are kept. */
export type StateOptions = Pick<RuntimeOptions, "dataDirectory" | "dynamoEndpoint">;

/**
 * `--data folder`, which is made when it is not there, and `--dynamodb url`.
 * @throws CliError for a folder that cannot be written to, and for what is not a URL.
 */
export async function stateOptions(
  data: string | undefined,
  dynamodb: string | undefined,
): Promise<StateOptions> {
  return {
    ...(data === undefined ? {} : { dataDirectory: await createdFolder(data) }),
    ...(dynamodb === undefined ? {} : { dynamoEndpoint: endpointOf(dynamodb) }),
  };
}

function endpointOf(given: string): string {
  if (URL.canParse(given) && /^https?:$/.test(new URL(given).protocol)) return given;
  throw new CliError("ERR_USAGE", `--dynamodb: "${given}" is not a URL`, {
    hints: ["Give scheme, host and port: --dynamodb http://localhost:8000"],
  });
}
