import { setTimeout as delay } from "node:timers/promises";
import type { AwsClients } from "../aws/aws-clients.ts";
import { DeployError } from "../errors.ts";
import type { DeployReporter } from "../reporter.ts";
import type { HeldTable } from "./held-data.ts";

/** Polling interval of a backup in milliseconds; most take seconds. */
const pollMilliseconds = 1000;

/**
 * Makes an on-demand backup of each table that has items, before anything is deleted. Backups outlive their
 * tables until they are deleted.
 * @throws DeployError `ERR_AWS` if DynamoDB does not complete one
 */
export async function backUpTables(
  clients: AwsClients,
  tables: readonly HeldTable[],
  reporter: DeployReporter,
): Promise<void> {
  const [sdk, client] = await Promise.all([import("@aws-sdk/client-dynamodb"), clients.dynamoDb()]);
  const time = new Date().toISOString().replaceAll(/[:.]/g, "-");
  for (const { name, isEmpty } of tables) {
    if (isEmpty) continue;
    const { BackupDetails: made } = await client.send(
      // Names have at most 255 characters, as those of tables.
      new sdk.CreateBackupCommand({
        TableName: name,
        BackupName: `${name.slice(0, 200)}-destroyed-${time}`,
      }),
    );
    const arn = made?.BackupArn;
    let status = made?.BackupStatus;
    while (status === "CREATING") {
      await delay(pollMilliseconds);
      const { BackupDescription: found } = await client.send(
        new sdk.DescribeBackupCommand({ BackupArn: arn }),
      );
      status = found?.BackupDetails?.BackupStatus;
    }
    if (arn === undefined || status !== "AVAILABLE")
      throw new DeployError(
        "ERR_AWS",
        `The backup of ${name} was not made (${status}); nothing was removed`,
      );
    reporter.report({ type: "table-backed-up", tableName: name, backupArn: arn });
  }
}
