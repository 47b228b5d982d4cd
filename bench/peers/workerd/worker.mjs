import { DurableObject } from "cloudflare:workers";

export class Echo extends DurableObject {
  fetch() {
    const [client, server] = Object.values(new WebSocketPair());
    this.ctx.acceptWebSocket(server);
    return new Response(null, { status: 101, webSocket: client });
  }

  webSocketMessage(socket, message) {
    socket.send(message);
  }
}

export default {
  fetch: (request, { ECHO }) => ECHO.get(ECHO.idFromName("all")).fetch(request),
};
