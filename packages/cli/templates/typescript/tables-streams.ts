import type { TableStreamHandler } from "@arclet/functions";

// Invoked when items of the table change: INSERT, MODIFY or REMOVE, oldest first.
export const handler: TableStreamHandler = async (event) => {
  for (const record of event.Records) {
    console.log(record.eventName, record.dynamodb.Keys);
  }
};
