/** A logged-in person: an `id` and flat values, at most 1 KB as JSON. */
export interface Identity {
  readonly id: string;
  readonly [name: string]: string | number | boolean;
}

/** API Gateway adds an authorizer's context to every event; 1 KB also keeps tickets and cookies small. */
export const maximumIdentityBytes = 1024;

/** Keys that API Gateway and the authorizer add to the identity's; values with these names would be lost. */
const reservedNames: ReadonlySet<string> = new Set([
  "principalId",
  "integrationLatency",
  "issuedAt",
  "previousConnectionId",
]);

/**
 * Checks that a value is a valid identity.
 * @throws TypeError that names the invalid value
 */
export function checkIdentity(given: unknown): Identity {
  const problem = identityProblem(given);
  if (problem !== null) throw new TypeError(problem);
  return given as Identity;
}

/** Reason why a value is not an identity, or null. */
export function identityProblem(given: unknown): string | null {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    return 'An identity must be an object such as { id: "ada" }';
  }
  if (!("id" in given) || typeof given.id !== "string" || given.id === "") {
    return 'An identity must have an "id" that is a string, such as { id: "ada" }';
  }
  for (const [name, value] of Object.entries(given)) {
    if (reservedNames.has(name)) {
      return `An identity must not have "${name}": the platform uses that name itself`;
    }
    const isFlat =
      typeof value === "string" ||
      typeof value === "boolean" ||
      (typeof value === "number" && Number.isFinite(value));
    if (!isFlat) {
      return `The identity's "${name}" must be a string, a finite number or a boolean`;
    }
  }
  const bytes = Buffer.byteLength(JSON.stringify(given));
  if (bytes > maximumIdentityBytes) {
    return `An identity must be at most ${maximumIdentityBytes} bytes of JSON; this one has ${bytes}`;
  }
  return null;
}
