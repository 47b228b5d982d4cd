import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { Manifest } from "@arclet/manifest";
import { onTestFinished } from "vitest";
import type { InvocationResult } from "../../src/invocation.ts";
import { Realtime } from "../../src/connections/realtime.ts";
import { createTrust } from "../../src/http/trust.ts";
import {
  createServices,
  type Services,
  type ServicesOptions,
} from "../../src/services/services.ts";
import { manifestWith } from "../../../../test/helpers/model.mjs";
import { createTestClock, type TestClock } from "../../src/test-clock.ts";
import { Traffic } from "../../src/traffic/traffic.ts";

const region = "us-west-2";
const credentials = { accessKeyId: "local", secretAccessKey: "local" };

export interface Call {
  readonly functionId: string;
  readonly event: {
    readonly Records: readonly Record<string, unknown>[];
    readonly [name: string]: unknown;
  };
}

/** Records calls and answers them. `next` waits for a call that has not been seen. */
export class RecordingInvoker {
  readonly calls: Call[] = [];
  /** Whether a call fails. */
  fail: (call: Call) => boolean = () => false;
  /** The function's answer, as JSON. */
  answer: (call: Call) => string | Promise<string> = () => "null";
  #seen = 0;
  #waiting: (() => void)[] = [];

  async invoke(functionId: string, payload: string): Promise<InvocationResult> {
    const call: Call = { functionId, event: JSON.parse(payload) as Call["event"] };
    this.calls.push(call);
    for (const wake of this.#waiting.splice(0)) wake();
    return this.fail(call)
      ? { ok: false, kind: "handled", errorType: "Error", errorMessage: "no", trace: [] }
      : { ok: true, payload: await this.answer(call) };
  }

  async next(): Promise<Call> {
    for (;;) {
      const call = this.calls[this.#seen];
      if (call !== undefined) {
        this.#seen += 1;
        return call;
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** A field of every record of every call so far. */
  records(field: string): unknown[] {
    return this.calls.flatMap(({ event }) => event.Records.map((record) => record[field]));
  }
}

export interface LocalServices {
  readonly services: Services;
  readonly invoker: RecordingInvoker;
  readonly clock: TestClock;
  readonly root: string;
  readonly close: () => Promise<void>;
}

/** Services of a manifest with these parts, closed at the test's end. */
export async function startServices(
  parts: Partial<Manifest>,
  options: Partial<
    Pick<ServicesOptions, "dataDirectory" | "ports" | "seedFile" | "dynamoEndpoint" | "realtime">
  > & { readonly root?: string; readonly invoker?: RecordingInvoker } = {},
): Promise<LocalServices> {
  const { root = await temporaryDirectory(), invoker = new RecordingInvoker(), ...rest } = options;
  const clock = createTestClock();
  const traffic = new Traffic();
  const services = await createServices({
    app: { manifest: manifestWith(parts), root, functions: [] },
    invoker,
    clock,
    traffic,
    realtime: new Realtime(clock, traffic),
    connections: {
      attach() {},
      detach() {},
      request: () => "gone",
      close: () => Promise.resolve(),
    },
    trust: createTrust({ host: "localhost", allowedOrigins: [], publicUrl: null }),
    ...rest,
  });
  services.start();
  let closed: Promise<void> | null = null;
  const close = (): Promise<void> => (closed ??= services.close());
  onTestFinished(close);
  return { services, invoker, clock, root, close };
}

export function temporaryDirectory(): Promise<string> {
  return mkdtemp(join(tmpdir(), "arclet-services-"));
}

/** The AWS SDK's client of documents, led there as a function's is. */
export function documentsOf(services: Services): DynamoDBDocumentClient {
  const endpoint = services.environment()["AWS_ENDPOINT_URL_DYNAMODB"] ?? "";
  const client = new DynamoDBClient({ endpoint, region, credentials, maxAttempts: 1 });
  onTestFinished(() => client.destroy());
  return DynamoDBDocumentClient.from(client);
}

export function sqsOf(services: Services): SQSClient {
  const endpoint = services.environment()["AWS_ENDPOINT_URL_SQS"] ?? "";
  const client = new SQSClient({ endpoint, region, credentials, maxAttempts: 1 });
  onTestFinished(() => client.destroy());
  return client;
}

export function snsOf(services: Services): SNSClient {
  const endpoint = services.environment()["AWS_ENDPOINT_URL_SNS"] ?? "";
  const client = new SNSClient({ endpoint, region, credentials, maxAttempts: 1 });
  onTestFinished(() => client.destroy());
  return client;
}

/** A JSON variable of the functions' environment: `ARC_QUEUES`. */
export function namesIn(services: Services, variable: string): Record<string, string> {
  return JSON.parse(services.environment()[variable] ?? "{}") as Record<string, string>;
}
