// Bun's own server: what a runtime without Node.js reaches.
Bun.serve({
  hostname: "127.0.0.1",
  port: Number(process.env.PEER_PORT),
  fetch: (request, server) =>
    server.upgrade(request) ? undefined : new Response("", { status: 400 }),
  websocket: {
    message(socket, message) {
      socket.send(message);
    },
  },
});
