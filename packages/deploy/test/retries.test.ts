import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { createAwsClients } from "../src/aws/aws-clients.ts";
import { explainAwsError } from "../src/aws/explain-aws-error.ts";
import { pacedCalls } from "../src/aws/paced-calls.ts";
import { retryUntil } from "../src/aws/retry-until.ts";
import { createLookSchedule } from "../src/logs/look-schedule.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

const throttling = { errorType: "THROTTLING" } as const;

test("pauses double until the deadline, with full jitter", async () => {
  let time = 0;
  const strategy = retryUntil({ deadlineMs: 60_000, now: () => time, random: () => 1 });
  let attempt = await strategy.acquireInitialRetryToken("");
  const pauses: number[] = [];
  for (;;) {
    try {
      attempt = await strategy.refreshRetryTokenForRetry(attempt, throttling);
    } catch (error) {
      expect(error).toMatchObject({ message: "the deadline has passed" });
      break;
    }
    pauses.push(attempt.getRetryDelay());
    time += attempt.getRetryDelay();
  }
  expect(pauses).toEqual([500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000, 10_000]);
  const half = retryUntil({ random: () => 0.5 });
  const first = await half.acquireInitialRetryToken("");
  const next = await half.refreshRetryTokenForRetry(first, { errorType: "TRANSIENT" });
  expect(next.getRetryDelay()).toBe(50);
});

test("what the caller did wrong is not repeated, and a wrong address three times", async () => {
  const strategy = retryUntil({ random: () => 0 });
  const first = await strategy.acquireInitialRetryToken("");
  await expect(
    strategy.refreshRetryTokenForRetry(first, { errorType: "CLIENT_ERROR" }),
  ).rejects.toThrow("must not be retried");
  const failure = {
    errorType: "TRANSIENT",
    error: Object.assign(new Error(), { code: "ECONNREFUSED" }),
  } as const;
  const second = await strategy.refreshRetryTokenForRetry(first, failure);
  const third = await strategy.refreshRetryTokenForRetry(second, failure);
  await expect(strategy.refreshRetryTokenForRetry(third, failure)).rejects.toThrow(
    "no server responds",
  );
});

test("a dropped connection, a lost answer and throttling are got over", async () => {
  let calls = 0;
  const server = createServer((request, response) => {
    request.resume();
    request.on("end", () => {
      calls += 1;
      if (calls === 1) request.socket.destroy();
      else if (calls === 2) {
        // The call was carried out, and its answer is lost half-way.
        response.writeHead(200, { "content-length": "1000", "content-type": "text/xml" });
        response.write("<GetCaller");
        response.socket?.destroy();
      } else if (calls === 3) {
        response.writeHead(400, { "content-type": "text/xml" });
        response.end(
          "<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>",
        );
      } else {
        response.writeHead(200, { "content-type": "text/xml" });
        response.end(
          "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>",
        );
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  vi.stubEnv("AWS_ENDPOINT_URL", `http://127.0.0.1:${port}`);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
  const clients = createAwsClients({ region: "us-east-1", source: { type: "keys" } });
  try {
    const { GetCallerIdentityCommand } = await import("@aws-sdk/client-sts");
    const client = await clients.sts();
    expect(await client.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: "123456789012",
    });
    expect(calls).toBe(4);
  } finally {
    clients.close();
    server.close();
    server.closeAllConnections();
  }
});

test("the message says how often and how long it was tried", () => {
  const error = Object.assign(new Error("Rate exceeded"), {
    name: "ThrottlingException",
    $fault: "client",
    $metadata: { attempts: 9, totalRetryDelay: 58_400 },
  });
  expect(explainAwsError(error, { type: "keys" })).toMatchObject({
    code: "ERR_THROTTLED",
    message: "AWS is throttling requests: Rate exceeded (ThrottlingException) (9 attempts in 58 s)",
  });
});

test("calls keep the pace, in their order and not in bursts", async () => {
  let time = 0;
  const wait = (milliseconds: number): Promise<void> => {
    time += milliseconds;
    return Promise.resolve();
  };
  const pace = pacedCalls(4, { now: () => time, wait });
  const times: number[] = [];
  for (let call = 0; call < 100; call += 1) {
    await pace();
    times.push(time);
  }
  for (const begin of times)
    expect(times.filter((at) => at >= begin && at < begin + 1000).length).toBeLessThanOrEqual(5);
  time += 60_000;
  await pace();
  await pace();
  expect(time - (times.at(-1) ?? 0)).toBe(60_250);
});

test("each attempt of a call for logs keeps the pace", async () => {
  const clients = createAwsClients({ region: "us-east-1", source: { type: "keys" } });
  const order = (await clients.logs()).middlewareStack.identify().map(String);
  const place = (name: string): number => order.findIndex((one) => one.startsWith(name));
  expect(place("arcletPace")).toBeGreaterThan(place("retryMiddleware"));
  expect(place("retryMiddleware")).toBeGreaterThan(-1);
  clients.close();
});

test("a hundred log groups are all looked at, those with news more often", () => {
  let time = 0;
  const groups = Array.from({ length: 100 }, (_, index) => index);
  const schedule = createLookSchedule(
    groups,
    (group) => group === 7,
    () => time,
  );
  const looks = new Map<number, number>();
  while (time < 120_000) {
    const { item, waitMs } = schedule.next();
    // CloudWatch's pace.
    time += Math.max(waitMs, 250);
    looks.set(item, (looks.get(item) ?? 0) + 1);
    schedule.looked(item, item === 7);
  }
  expect(looks.size).toBe(100);
  const quiet = [...looks].filter(([item]) => item !== 7).map(([, count]) => count);
  expect(looks.get(7)).toBeGreaterThan(4 * Math.max(...quiet));
});
