// The yardstick: a bare `ws` echo server, which is known to pass the suite. What fails here is the
// fault of the lane.
import { WebSocketServer } from "ws";

export async function startBareServer() {
  const server = new WebSocketServer({
    port: 0,
    host: "127.0.0.1",
    maxPayload: 0,
    maxFragments: 0,
    maxBufferedChunks: 0,
    perMessageDeflate: true,
  });
  server.on("connection", (socket) => {
    // The suite breaks the protocol on purpose; `ws` answers and reports it here.
    socket.on("error", () => {});
    socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
  await new Promise((resolve) => server.once("listening", resolve));
  return {
    url: `ws://127.0.0.1:${server.address().port}`,
    refusesBinary: false,
    close: () => {
      for (const client of server.clients) client.terminate();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
