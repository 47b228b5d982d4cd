// Invoked with a batch of messages. What throws here is delivered again: make work repeatable.
exports.handler = async (event) => {
  for (const record of event.Records) {
    console.log(JSON.parse(record.body));
  }
};
