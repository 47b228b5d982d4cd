// Publishes the moment, and where to tell how long it took to arrive.
const arc = require("@architect/functions");

exports.handler = async (event) => {
  const { tell } = event.queryStringParameters;
  // The monotonic clock is the same for all processes of a machine.
  const publishedAt = Number(process.hrtime.bigint()) / 1e6;
  await arc.events.publish({ name: "arrived", payload: { publishedAt, tell } });
  return { statusCode: 200, body: "published" };
};
