/** A problem with the input, in Standard Schema's form. */
export interface Issue {
  readonly message: string;
  readonly path?: readonly (string | number)[];
}

/**
 * The error of a failed call. `code` is the action's own, `BAD_INPUT` or `INTERNAL`, or one of the client's:
 * `UNKNOWN` (sent, but the connection was lost or no answer arrived: it ran once or not at all),
 * `DROPPED` (never sent: the queue was full), `CLOSED` (never sent: the client was closed).
 */
export class ClientError extends Error {
  override readonly name = "ClientError";
  readonly code: string;
  /** With `BAD_INPUT`: the problems with the input. */
  readonly issues: readonly Issue[];

  constructor(code: string, message: string, issues: readonly Issue[] = []) {
    super(message);
    this.code = code;
    this.issues = issues;
  }
}
