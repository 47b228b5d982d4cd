import type { RuntimeOptions } from "@arclet/runtime";
import { CliError } from "../errors.ts";
import { createdFolder } from "../project/project-folder.ts";

/** Flags of commands that run an app locally. */
export const stateArgs = {
  data: {
    type: "string",
    valueHint: "folder",
    description: "Keep tables, events and queues in this folder; in memory by default",
  },
  dynamodb: {
    type: "string",
    valueHint: "url",
    description: "Use this DynamoDB-compatible server for tables",
  },
} as const;

/** Where tables, events and queues are kept. */
export type StateOptions = Pick<RuntimeOptions, "dataDirectory" | "dynamoEndpoint">;

/**
 * Reads `--data folder`, which is created if missing, and `--dynamodb url`.
 * @throws CliError for a folder that is not writable, or an invalid URL.
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
    hints: ["Pass scheme, host and port: --dynamodb http://localhost:8000"],
  });
}
