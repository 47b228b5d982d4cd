const firstMs = 500;
const longestMs = 30_000;
/** Close codes for a restarting (1012) or overloaded (1013) server: https://www.iana.org/assignments/websocket/websocket.xhtml */
const busyCodes: ReadonlySet<number> = new Set([1012, 1013]);
const busyMs = 5000;

/**
 * Milliseconds before the next attempt: exponential backoff with full jitter, so that clients of a recovering
 * server do not reconnect all at once.
 *
 * @param attempt failed attempts since the last open socket
 * @param code close code of the socket
 */
export function delayMs(attempt: number, code: number, random: () => number = Math.random): number {
  const base = busyCodes.has(code) ? busyMs : firstMs;
  return random() * Math.min(longestMs, base * 2 ** Math.min(attempt, 16));
}
