/** A point of the input that the action does not take, as Standard Schema has it. */
export interface Issue {
  readonly message: string;
  readonly path?: readonly (string | number)[];
}

/**
 * Why a call failed. `code` is the action's own, `BAD_INPUT` or `INTERNAL`; or the client's:
 * `UNKNOWN` (sent, then the connection was lost or no answer came: it ran once or not at all),
 * `DROPPED` (never sent: the queue was full), `CLOSED` (never sent: the client was closed).
 */
export class ClientError extends Error {
  override readonly name = "ClientError";
  readonly code: string;
  /** With `BAD_INPUT`: what is wrong with the input. */
  readonly issues: readonly Issue[];

  constructor(code: string, message: string, issues: readonly Issue[] = []) {
    super(message);
    this.code = code;
    this.issues = issues;
  }
}
