import { asyncRetryDelaysSeconds, type AsyncInvocation } from "@arclet/manifest";

/**
 * Milliseconds until Lambda tries an asynchronous invocation again that has failed `failures` times
 * before and is `ageMs` old; null when it gives up.
 */
export function retryDelayMs(
  { retries, maxAgeSeconds }: AsyncInvocation,
  failures: number,
  ageMs: number,
): number | null {
  const seconds = asyncRetryDelaysSeconds[failures];
  if (seconds === undefined || failures >= retries) return null;
  const delayMs = seconds * 1000;
  return ageMs + delayMs > maxAgeSeconds * 1000 ? null : delayMs;
}
