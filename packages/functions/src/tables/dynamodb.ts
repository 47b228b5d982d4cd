import type { GatewayError } from "../gateway-error.ts";
import { pause, refusalOf, requestTo, type RefusedResponse } from "../signed-fetch.ts";
import { createPost } from "./post-kept-alive.ts";
import { bytesOf } from "./unmarshall.ts";

/**
 * Carries out an operation of DynamoDB, such as `GetItem`. Rejects with an error shaped as the AWS SDK's:
 * `name`, `message`, `$metadata`, `$fault`, and what else the refusal says (`Item`, `CancellationReasons`).
 */
export type CallDynamoDb = <Answer>(operation: string, input: object) => Promise<Answer>;

// The AWS SDK's numbers for DynamoDB: https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
const attempts = 4;
/** What retries of all calls may cost together, so that a service in trouble is not asked ever more. */
const fullQuota = 500;

/** Status, name and Node.js' code: that of a system call, such as ECONNRESET, not of TLS. */
const throttled = /^429|Throttl|Throughput| (Request)?LimitExceeded|InProgress|TooManyRequests/;
const failed = /^50[0234]| E(?!RR|PROTO)[A-Z_]+$/;

/** A client that keeps its sockets open. */
export function createDynamoDb(): CallDynamoDb {
  const post = createPost();
  let quota = fullQuota;
  return async (operation, input) => {
    let paid = 1;
    for (let attempt = 1; ; attempt++) {
      try {
        // Signed at each attempt: a function may have been frozen between two.
        const target = `DynamoDB_20120810.${operation}`;
        const reply = await post(requestTo("dynamodb", { "x-amz-target": target }, input));
        if (reply.status >= 300) throw await errorOf(reply);
        quota = Math.min(fullQuota, quota + paid);
        return JSON.parse(await reply.text());
      } catch (error) {
        const [cost, firstMs] = retryOf(error as Failure);
        if (attempt === attempts || quota < cost) throw error;
        paid = cost;
        quota -= cost;
        await pause(attempt, firstMs);
      }
    }
  };
}

/** A refusal by DynamoDB, or a request that failed. */
type Failure = Partial<GatewayError> & { readonly code?: string };

/** What a retry costs, and milliseconds of which it waits a random part. It costs too much when it would not help. */
function retryOf({ $metadata, name, code }: Failure): [cost: number, firstMs: number] {
  const text = `${$metadata?.httpStatusCode} ${name} ${code}`;
  if (throttled.test(text)) return [5, 1000];
  return [failed.test(text) ? 14 : Infinity, 25];
}

async function errorOf(reply: RefusedResponse): Promise<Error> {
  const error = await refusalOf(reply);
  let members = {};
  try {
    members = JSON.parse(await reply.text(), withBytes);
  } catch {
    // A load balancer between answers in HTML.
  }
  return Object.assign(error, members, { $fault: reply.status < 500 ? "client" : "server" });
}

/** Items in refusals are DynamoDB's JSON with bytes, as in the AWS SDK. An attribute of such a name is an object. */
function withBytes(name: string, value: unknown): unknown {
  if (name === "B" && typeof value === "string") return bytesOf(value);
  if (name === "BS" && Array.isArray(value)) return value.map(bytesOf);
  return value;
}
