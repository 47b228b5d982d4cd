// Invoked when items of the table change: INSERT, MODIFY or REMOVE, oldest first.
exports.handler = async (event) => {
  for (const record of event.Records) {
    console.log(record.eventName, record.dynamodb.Keys);
  }
};
