/** The SDK's state of a retried call. */
interface Attempt {
  /** Milliseconds on the strategy's clock. */
  readonly startedAt: number;
  getRetryCount(): number;
  /** Milliseconds until the next attempt. */
  getRetryDelay(): number;
}

/** Why an attempt failed, as the SDK classifies it. */
interface AttemptFailure {
  readonly error?: unknown;
  readonly errorType: "TRANSIENT" | "THROTTLING" | "SERVER_ERROR" | "CLIENT_ERROR";
  /** From a `retry-after` header. */
  readonly retryAfterHint?: Date;
}

/** The SDK's `RetryStrategyV2`. */
export interface RetryStrategy {
  acquireInitialRetryToken(scope: string): Promise<Attempt>;
  /** Rejects if there should be no further attempt. The SDK then throws the last failure. */
  refreshRetryTokenForRetry(
    attempt: { getRetryCount(): number; getRetryDelay(): number },
    failure: AttemptFailure,
  ): Promise<Attempt>;
  recordSuccess(): void;
}

export interface RetryOptions {
  /** Milliseconds after the first attempt, beyond which no further one starts. @default 60000 */
  readonly deadlineMs?: number;
  /** Milliseconds of a monotonic clock. @default performance.now */
  readonly now?: () => number;
  /** From 0 to 1. @default Math.random */
  readonly random?: () => number;
}

/** Longest first delay in milliseconds, by kind of failure. It doubles with each attempt. */
const firstPauseMs = { throttled: 500, other: 100 };
const longestPauseMs = 10_000;
const defaultDeadlineMs = 60_000;
/** Nothing listens, or the host name does not exist. Usually the address is wrong, and waiting does not help. */
const wrongAddress = new Set(["ECONNREFUSED", "ENOTFOUND"]);
const wrongAddressAttempts = 3;

/**
 * Retries calls that were throttled or whose connection broke, with exponential backoff and full jitter,
 * until a deadline. The SDK's own strategies limit the number of attempts, which a large app's throttling uses
 * up in seconds.
 */
export function retryUntil({
  deadlineMs = defaultDeadlineMs,
  now = () => performance.now(),
  random = Math.random,
}: RetryOptions = {}): RetryStrategy {
  const attempt = (startedAt: number, count: number, delay: number): Attempt => ({
    startedAt,
    getRetryCount: () => count,
    getRetryDelay: () => delay,
  });
  return {
    acquireInitialRetryToken: () => Promise.resolve(attempt(now(), 0, 0)),
    refreshRetryTokenForRetry: async (token, failure) => {
      const { startedAt } = token as Attempt;
      const count = token.getRetryCount() + 1;
      if (failure.errorType === "CLIENT_ERROR") throw new Error("the request must not be retried");
      if (isWrongAddress(failure.error) && count >= wrongAddressAttempts)
        throw new Error("no server responds at the address");
      const delay = pauseMs(failure, count, random());
      if (now() + delay > startedAt + deadlineMs) throw new Error("the deadline has passed");
      return attempt(startedAt, count, delay);
    },
    recordSuccess: () => {},
  };
}

function pauseMs(failure: AttemptFailure, count: number, random: number): number {
  const first = failure.errorType === "THROTTLING" ? firstPauseMs.throttled : firstPauseMs.other;
  const pause = random * Math.min(longestPauseMs, first * 2 ** (count - 1));
  const wished =
    failure.retryAfterHint === undefined ? 0 : failure.retryAfterHint.getTime() - Date.now();
  return Math.round(Math.max(pause, Math.min(wished, longestPauseMs)));
}

function isWrongAddress(error: unknown): boolean {
  return error instanceof Error && "code" in error && wrongAddress.has(String(error.code));
}
