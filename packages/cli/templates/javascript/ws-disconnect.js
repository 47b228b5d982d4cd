// Invoked after a socket closed: the place to forget what was kept about the connection.
exports.handler = async (event) => {
  console.log("closed", event.requestContext.connectionId);
  return { statusCode: 200 };
};
