import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { onTestFinished } from "vitest";

const script = fileURLToPath(new URL("data-host.mjs", import.meta.url));
const common = {
  region: "us-west-2",
  credentials: { accessKeyId: "local", secretAccessKey: "local" },
  maxAttempts: 1,
};

export interface HostedCall {
  readonly functionId: string;
  readonly event: { readonly Records: readonly Record<string, unknown>[] };
}

/** Services with a data folder in a process that may be killed. */
export interface DataHost {
  readonly pid: number;
  readonly documents: DynamoDBDocumentClient;
  readonly sns: SNSClient;
  readonly sqs: SQSClient;
  readonly topic: string;
  readonly queue: string;
  /** What functions were called with, as it comes. */
  readonly calls: readonly HostedCall[];
  /** What was printed for the developer. */
  readonly logs: readonly string[];
  readonly bugs: readonly string[];
  /** Begins to invoke functions. */
  start(): void;
  /** Resolves once the calls meet the test. */
  until(test: (calls: readonly HostedCall[]) => boolean): Promise<void>;
  kill(): Promise<void>;
  close(): Promise<void>;
}

export type Refused = { readonly refused: { readonly code: string; readonly message: string } };

/** `fileBlocks` is the largest size of a file, in KB: what a full disk does to a write. */
export async function hostData(
  folder: string,
  options: { readonly fileBlocks?: number } = {},
): Promise<DataHost | Refused> {
  const { fileBlocks } = options;
  const child =
    fileBlocks === undefined
      ? spawn(process.execPath, [script, folder])
      : spawn("bash", [
          "-c",
          `ulimit -f ${fileBlocks}; exec "$0" "$@"`,
          process.execPath,
          script,
          folder,
        ]);
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const calls: HostedCall[] = [];
  const logs: string[] = [];
  const bugs: string[] = [];
  const waiting = new Set<() => void>();
  return new Promise((resolve, reject) => {
    child.stderr.on("data", (chunk: Buffer) => bugs.push(String(chunk)));
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`it ended with ${code}: ${bugs.join("")}`)));
    createInterface({ input: child.stdout }).on("line", (text) => {
      const line = JSON.parse(text) as Partial<HostedCall & Refused> & {
        log?: string;
        bug?: string;
        environment?: Record<string, string>;
      };
      if (line.log !== undefined) logs.push(line.log);
      else if (line.bug !== undefined) bugs.push(line.bug);
      else if (line.refused !== undefined) resolve({ refused: line.refused });
      else if (line.environment !== undefined)
        resolve(hostOf(child, line.environment, { calls, logs, bugs, waiting }));
      else calls.push(line as HostedCall);
      for (const wake of waiting) wake();
    });
  });
}

function hostOf(
  child: ChildProcess,
  environment: Record<string, string>,
  seen: {
    readonly calls: HostedCall[];
    readonly logs: string[];
    readonly bugs: string[];
    readonly waiting: Set<() => void>;
  },
): DataHost {
  const endpointOf = (service: string): object => ({
    ...common,
    endpoint: environment[`AWS_ENDPOINT_URL_${service}`] ?? "",
  });
  const dynamo = new DynamoDBClient(endpointOf("DYNAMODB"));
  const sns = new SNSClient(endpointOf("SNS"));
  const sqs = new SQSClient(endpointOf("SQS"));
  onTestFinished(() => {
    for (const client of [dynamo, sns, sqs]) client.destroy();
  });
  const nameIn = (variable: string, name: string): string =>
    (JSON.parse(environment[variable] ?? "{}") as Record<string, string>)[name] ?? "";
  const { calls, logs, bugs, waiting } = seen;
  return {
    pid: child.pid ?? 0,
    documents: DynamoDBDocumentClient.from(dynamo),
    sns,
    sqs,
    topic: nameIn("ARC_EVENTS", "hi"),
    queue: nameIn("ARC_QUEUES", "jobs"),
    calls,
    logs,
    bugs,
    start: () => child.stdin?.write("start\n"),
    until: (test) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (!test(calls)) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
    async kill() {
      const exited = once(child, "exit");
      child.kill("SIGKILL");
      await exited;
    },
    async close() {
      const exited = once(child, "exit");
      child.stdin?.end();
      await exited;
    },
  };
}

/** A host that must start. */
export async function startHost(
  folder: string,
  options: { readonly fileBlocks?: number } = {},
): Promise<DataHost> {
  const host = await hostData(folder, options);
  if ("refused" in host) throw new Error(host.refused.message);
  return host;
}
