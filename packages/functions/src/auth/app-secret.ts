/** The app's secrets. The first one seals; all of them can open. */
export interface AppSecrets {
  readonly current: string;
  readonly previous: string | null;
}

/** A shorter secret could be guessed from a sealed text. 22 base64 characters are 16 random bytes. */
export const minimumSecretLength = 22;

/**
 * Reads `ARC_APP_SECRET` and `ARC_APP_SECRET_PREVIOUS`.
 * @throws Error when the secret is missing or too short
 */
export function readAppSecrets(env: NodeJS.ProcessEnv = process.env): AppSecrets {
  const { ARC_APP_SECRET: current = "", ARC_APP_SECRET_PREVIOUS: previous = "" } = env;
  if (current === "") {
    throw new Error(
      "ARC_APP_SECRET is not set, and sessions and tickets need it. Set it with `arclet env`",
    );
  }
  if (current.length < minimumSecretLength) {
    throw new Error(
      `ARC_APP_SECRET is too short: it must have at least ${minimumSecretLength} characters`,
    );
  }
  return { current, previous: previous === "" ? null : previous };
}
