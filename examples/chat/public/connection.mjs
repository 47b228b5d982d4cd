// @ts-check
/** @import { Request, Response } from "../src/chat/protocol.ts" */

/**
 * A socket that comes back by itself. `url` is asked for every time: a ticket opens one socket only.
 * @param {{ url: () => Promise<string>, onOpen: () => void, onClose: () => void,
 *   onResponse: (response: Response) => void }} options
 */
export function openConnection({ url, onOpen, onClose, onResponse }) {
  let failures = 0;
  /** @type {WebSocket | null} */
  let socket = null;
  let isConnecting = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;

  async function connect() {
    clearTimeout(waiting);
    isConnecting = true;
    try {
      open(new WebSocket(await url()));
    } catch {
      again();
    } finally {
      isConnecting = false;
    }
  }

  /** @param {WebSocket} opened */
  function open(opened) {
    socket = opened;
    opened.addEventListener("open", () => {
      failures = 0;
      onOpen();
    });
    opened.addEventListener("message", ({ data }) => onResponse(JSON.parse(data)));
    opened.addEventListener("close", again);
  }

  function again() {
    // 0.5 s, 1 s, 2 s … 10 s; half of it random, so that not everyone returns at once.
    const delay = Math.min(500 * 2 ** failures++, 10_000) * (0.5 + Math.random() / 2);
    waiting = setTimeout(connect, delay);
    onClose();
  }

  /** @param {Request} request */
  function send(request) {
    if (socket?.readyState !== WebSocket.OPEN) return false;
    socket.send(JSON.stringify(request));
    return true;
  }

  void connect();
  // No need to wait for the next try once the network, or the person, is back.
  const hurry = () => {
    const isClosed = socket === null || socket.readyState === WebSocket.CLOSED;
    if (isClosed && !isConnecting) void connect();
  };
  addEventListener("online", hurry);
  document.addEventListener("visibilitychange", hurry);
  return { send };
}
