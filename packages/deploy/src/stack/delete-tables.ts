import type { AwsClients } from "../aws/aws-clients.ts";

/** Deletes tables that their stack retains. */
export async function deleteTables(
  clients: AwsClients,
  tableNames: readonly string[],
): Promise<void> {
  const [{ DeleteTableCommand }, client] = await Promise.all([
    import("@aws-sdk/client-dynamodb"),
    clients.dynamoDb(),
  ]);
  for (const tableName of tableNames) {
    try {
      await client.send(new DeleteTableCommand({ TableName: tableName }));
    } catch (error) {
      // An interrupted destroy had already deleted it, or a lost answer was to this very call.
      if (!(error instanceof Error && isGoing(error))) throw error;
    }
  }
}

function isGoing({ name, message }: Error): boolean {
  return (
    name === "ResourceNotFoundException" ||
    (name === "ResourceInUseException" && /being deleted/i.test(message))
  );
}
