import type { DynamoDBStreamHandler } from "aws-lambda";

// Invoked when items of the table change: INSERT, MODIFY or REMOVE, oldest first.
export const handler: DynamoDBStreamHandler = async (event) => {
  for (const record of event.Records) {
    console.log(record.eventName, record.dynamodb?.Keys);
  }
};
