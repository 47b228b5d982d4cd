// Invoked for requests to this route: `event.pathParameters`, `queryStringParameters`, `headers`, `body`.
exports.handler = async (event) => {
  return {
    statusCode: 200,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ path: event.rawPath }),
  };
};
