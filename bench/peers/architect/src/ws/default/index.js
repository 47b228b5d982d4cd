const arc = require("@architect/functions");

exports.handler = async (event) => {
  await arc.ws.send({ id: event.requestContext.connectionId, payload: JSON.parse(event.body) });
  return { statusCode: 200 };
};
