/** How often the SDK made the call that failed. */
export function attemptsOf(error: Error): number {
  return metadataOf(error).attempts ?? 1;
}

/** Seconds that the SDK waited between the attempts of the call that failed. */
export function secondsOf(error: Error): number {
  return Math.round((metadataOf(error).totalRetryDelay ?? 0) / 1000);
}

function metadataOf(error: Error): {
  readonly attempts?: number;
  readonly totalRetryDelay?: number;
} {
  const metadata: unknown = "$metadata" in error ? error.$metadata : null;
  return typeof metadata === "object" && metadata !== null ? metadata : {};
}
