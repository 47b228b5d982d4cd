// One socket, one question at a time.
import { once } from "node:events";
import { WebSocket } from "ws";

/** Resolves `{ ask, close }`; `ask(text)` resolves the next message that comes back. */
export async function openSocket(url) {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  await once(socket, "open");
  return {
    async ask(text) {
      const answered = once(socket, "message");
      socket.send(text);
      const [data] = await answered;
      return data.toString("utf8");
    },
    close: () => socket.terminate(),
  };
}
