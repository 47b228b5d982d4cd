/** Who a person is: an `id` and flat values about them, at most 1 KB as JSON. */
export interface Identity {
  readonly id: string;
  readonly [name: string]: string | number | boolean;
}

/** API Gateway hands an authorizer's context on with every event; 1 KB keeps tickets and cookies small. */
export const maximumIdentityBytes = 1024;

/** What API Gateway and the authorizer put beside an identity: a value of that name would be lost. */
const reservedNames: ReadonlySet<string> = new Set([
  "principalId",
  "integrationLatency",
  "issuedAt",
  "previousConnectionId",
]);

/**
 * Checks what a program takes for an identity.
 * @throws TypeError that names the value which is not allowed
 */
export function checkIdentity(given: unknown): Identity {
  const problem = identityProblem(given);
  if (problem !== null) throw new TypeError(problem);
  return given as Identity;
}

/** Null when it is an identity. */
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
