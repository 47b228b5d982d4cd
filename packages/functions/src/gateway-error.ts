/**
 * A refusal by API Gateway, shaped as the AWS SDK's: `error.name === "GoneException"`, and
 * `error.$metadata.httpStatusCode === 410`.
 */
export class GatewayError extends Error {
  readonly $metadata: { readonly httpStatusCode: number };

  constructor(name: string, httpStatusCode: number, message: string) {
    super(message);
    this.name = name;
    this.$metadata = { httpStatusCode };
  }
}

/** The connection has closed, or never was. */
export function gone(id: string): GatewayError {
  return new GatewayError("GoneException", 410, `The connection ${id} is gone`);
}
