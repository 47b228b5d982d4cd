/** What stays the same for every invocation of an environment. */
export interface ContextTemplate {
  readonly functionName: string;
  readonly functionVersion: string;
  readonly invokedFunctionArn: string;
  /** Megabytes, as text, as Lambda gives it. */
  readonly memoryLimitInMB: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly timeoutMs: number;
}

type Complete = (error: unknown, result?: unknown) => void;

/** Second argument of a handler. https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html */
export class LambdaContext {
  readonly functionName: string;
  readonly functionVersion: string;
  readonly invokedFunctionArn: string;
  readonly memoryLimitInMB: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly awsRequestId: string;
  readonly identity: undefined;
  readonly clientContext: undefined;
  readonly #deadline: number;

  /** `startedAt` is epoch milliseconds. */
  constructor(template: ContextTemplate, requestId: string, startedAt: number) {
    this.functionName = template.functionName;
    this.functionVersion = template.functionVersion;
    this.invokedFunctionArn = template.invokedFunctionArn;
    this.memoryLimitInMB = template.memoryLimitInMB;
    this.logGroupName = template.logGroupName;
    this.logStreamName = template.logStreamName;
    this.awsRequestId = requestId;
    this.#deadline = startedAt + template.timeoutMs;
    // Handlers take these off the object (`const { done } = context`).
    this.getRemainingTimeInMillis = this.getRemainingTimeInMillis.bind(this);
  }

  getRemainingTimeInMillis(): number {
    return Math.max(0, this.#deadline - Date.now());
  }
}

/** What handlers had besides up to Node.js 22. */
export class CallbackContext extends LambdaContext {
  callbackWaitsForEmptyEventLoop = true;
  readonly #complete: Complete;

  constructor(template: ContextTemplate, requestId: string, startedAt: number, complete: Complete) {
    super(template, requestId, startedAt);
    this.#complete = complete;
  }

  done = (error: unknown, result?: unknown): void => this.#complete(error, result);
  succeed = (result: unknown): void => this.#complete(null, result);
  fail = (error: unknown): void => this.#complete(error ?? "handled");
}
