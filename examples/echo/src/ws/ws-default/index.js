const { ws } = require("@arclet/functions");

// Invoked for every message: the event bus of the app. This one sends back what it got.
exports.handler = async (event) => {
  await ws.send({
    id: event.requestContext.connectionId,
    payload: { echo: JSON.parse(event.body) },
  });
  return { statusCode: 200 };
};
