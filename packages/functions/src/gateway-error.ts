/** What the AWS SDK reports of a call that was refused. */
export interface RefusalMetadata {
  readonly httpStatusCode: number;
  /** For AWS support; absent where no request was made over HTTP. */
  readonly requestId?: string;
}

/**
 * A refusal by AWS, or by the gateway in its place, shaped as the AWS SDK's:
 * `error.name === "GoneException"`, and `error.$metadata.httpStatusCode === 410`.
 */
export class GatewayError extends Error {
  readonly $metadata: RefusalMetadata;

  constructor(name: string, message: string, metadata: RefusalMetadata) {
    super(message);
    this.name = name;
    this.$metadata = metadata;
  }
}

/** The connection has closed, or never was. */
export function gone(id: string): GatewayError {
  return new GatewayError("GoneException", `The connection ${id} is gone`, {
    httpStatusCode: 410,
  });
}

export function tooLarge(): GatewayError {
  return new GatewayError("PayloadTooLargeException", "The payload exceeds 128 KB", {
    httpStatusCode: 413,
  });
}

export function limitExceeded(text: string): GatewayError {
  return new GatewayError("LimitExceededException", text, { httpStatusCode: 429 });
}
