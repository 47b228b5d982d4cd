/** Metadata that the AWS SDK adds to errors. */
export interface RefusalMetadata {
  readonly httpStatusCode: number;
  /** Request id for AWS support; absent if no HTTP request was made. */
  readonly requestId?: string;
}

/**
 * An error of AWS, or of the local gateway, shaped like the AWS SDK's:
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

/** The connection has closed, or never existed. */
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
