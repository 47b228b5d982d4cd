/** Number of attempts the SDK made for a failed call. */
export function attemptsOf(error: Error): number {
  return metadataOf(error).attempts ?? 1;
}

/** Seconds the SDK waited between the attempts of a failed call. */
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
