const firstMs = 500;
const longestMs = 30_000;
/** The server restarts (1012) or has too much to do (1013): https://www.iana.org/assignments/websocket/websocket.xhtml */
const busyCodes: ReadonlySet<number> = new Set([1012, 1013]);
const busyMs = 5000;

/**
 * Milliseconds before the next attempt: a random part of a time that doubles with each one ("full
 * jitter"), so that the clients of a server that comes back do not all come at once.
 *
 * @param attempt how many have failed since the last open socket
 * @param code that the socket was closed with
 */
export function delayMs(attempt: number, code: number, random: () => number = Math.random): number {
  const base = busyCodes.has(code) ? busyMs : firstMs;
  return random() * Math.min(longestMs, base * 2 ** Math.min(attempt, 16));
}
