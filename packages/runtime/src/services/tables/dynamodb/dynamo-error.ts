import type { Item } from "./values/attribute-value.ts";

const service = "com.amazonaws.dynamodb.v20120810#";
const framework = "com.amazon.coral.service#";
const validation = "com.amazon.coral.validate#";

/** Why one action of a transaction was not done. */
export interface CancellationReason {
  readonly Code: string;
  readonly Message?: string;
  readonly Item?: Item;
}

/** A request that DynamoDB refuses, in its own words. */
export class DynamoError extends Error {
  /** With its namespace: `com.amazonaws.dynamodb.v20120810#ResourceNotFoundException`. */
  readonly type: string;
  readonly status: number;
  /** Fields of the answer beside type and message. */
  readonly details: object;

  constructor(type: string, message: string, details: object = {}, status = 400) {
    super(message);
    this.name = "DynamoError";
    this.type = type;
    this.status = status;
    this.details = details;
  }

  /** The name alone: `ResourceNotFoundException`. */
  get code(): string {
    return this.type.slice(this.type.indexOf("#") + 1);
  }

  /** What is answered over HTTP. */
  get body(): string {
    // The framework of AWS's services spells it with a capital letter.
    const field = this.type.startsWith(framework) ? "Message" : "message";
    return JSON.stringify({ __type: this.type, [field]: this.message, ...this.details });
  }
}

export function validationError(message: string): DynamoError {
  return new DynamoError(`${validation}ValidationException`, message);
}

export function serializationError(message: string): DynamoError {
  return new DynamoError(`${framework}SerializationException`, message);
}

export function unknownOperation(message: string): DynamoError {
  return new DynamoError(`${framework}UnknownOperationException`, message);
}

export function accessDenied(message: string): DynamoError {
  return new DynamoError(`${framework}AccessDeniedException`, message);
}

export function tableNotFound(message = "Requested resource not found"): DynamoError {
  return new DynamoError(`${service}ResourceNotFoundException`, message);
}

export function resourceInUse(message: string): DynamoError {
  return new DynamoError(`${service}ResourceInUseException`, message);
}

export function limitExceeded(message: string): DynamoError {
  return new DynamoError(`${service}LimitExceededException`, message);
}

/** Streams have a namespace of their own only for what goes wrong with iterators. */
export function trimmedDataAccess(message: string): DynamoError {
  return new DynamoError(`${service}TrimmedDataAccessException`, message);
}

export function expiredIterator(message: string): DynamoError {
  return new DynamoError(`${service}ExpiredIteratorException`, message);
}

/** `item` is what the request asked to see by `ReturnValuesOnConditionCheckFailure`. */
export function conditionFailed(item: Item | null): DynamoError {
  return new DynamoError(
    `${service}ConditionalCheckFailedException`,
    "The conditional request failed",
    item === null ? {} : { Item: item },
  );
}

export function transactionCancelled(reasons: readonly CancellationReason[]): DynamoError {
  const codes = reasons.map(({ Code }) => Code).join(", ");
  return new DynamoError(
    `${service}TransactionCanceledException`,
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    { CancellationReasons: reasons },
  );
}

export function tokenMismatch(): DynamoError {
  return new DynamoError(
    `${service}IdempotentParameterMismatchException`,
    "Request parameters do not match the parameters of the earlier request with this ClientRequestToken",
  );
}

/** The write was undone: nothing of it is stored. */
export function storageFailed(reason: string): DynamoError {
  return new DynamoError(`${service}InternalServerError`, reason, {}, 500);
}
