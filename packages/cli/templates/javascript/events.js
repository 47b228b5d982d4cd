// Invoked for every event published to this topic.
exports.handler = async (event) => {
  for (const record of event.Records) {
    console.log(JSON.parse(record.Sns.Message));
  }
};
