const {
  ApiGatewayManagementApiClient,
  PostToConnectionCommand,
} = require("@aws-sdk/client-apigatewaymanagementapi");

const client = new ApiGatewayManagementApiClient({
  endpoint: `http://localhost:${process.env.PEER_WEBSOCKET_PORT}`,
  region: "us-east-1",
  credentials: { accessKeyId: "x", secretAccessKey: "x" },
});

exports.lifecycle = async () => ({ statusCode: 200 });

exports.echo = async (event) => {
  await client.send(
    new PostToConnectionCommand({
      ConnectionId: event.requestContext.connectionId,
      Data: event.body,
    }),
  );
  return { statusCode: 200 };
};
