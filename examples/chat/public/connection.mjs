// @ts-check
/** @import { Request, Response } from "../src/chat/protocol.ts" */

/** API Gateway closes a socket that is silent for ten minutes, and the room forgets it earlier. */
const signOfLifeMs = 45_000;

/**
 * A socket that comes back by itself. `here` is sent now and then while it is open.
 * @param {{ url: string, onOpen: () => void, onClose: () => void, here: () => Request,
 *   onResponse: (response: Response) => void }} options
 */
export function openConnection({ url, onOpen, onClose, here, onResponse }) {
  let failures = 0;
  /** @type {WebSocket} */
  let socket;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;

  function connect() {
    clearTimeout(waiting);
    socket = new WebSocket(url);
    socket.addEventListener("open", () => {
      failures = 0;
      onOpen();
    });
    socket.addEventListener("message", ({ data }) => onResponse(JSON.parse(data)));
    socket.addEventListener("close", () => {
      // 0.5 s, 1 s, 2 s … 10 s; half of it random, so that not everyone returns at once.
      const delay = Math.min(500 * 2 ** failures++, 10_000) * (0.5 + Math.random() / 2);
      waiting = setTimeout(connect, delay);
      onClose();
    });
  }

  /** @param {Request} request */
  function send(request) {
    if (socket.readyState !== WebSocket.OPEN) return false;
    socket.send(JSON.stringify(request));
    return true;
  }

  connect();
  setInterval(() => send(here()), signOfLifeMs);
  // No need to wait for the next try once the network, or the person, is back.
  const hurry = () => {
    if (socket.readyState === WebSocket.CLOSED) connect();
  };
  addEventListener("online", hurry);
  document.addEventListener("visibilitychange", hurry);
  return { send };
}
