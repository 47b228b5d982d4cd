// MiniStack, an emulator of AWS, on loopback: for `npm run test:aws` and the bench.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import { ensureEnvironment } from "./python.mjs";
import { root } from "./setup.mjs";

/** Where its Python environment is, with cfn-lint and SAM's translator. */
export const emulatorCache = join(root, ".cache", "aws");
const folder = join(root, "test", "aws");

/** Variables with which the AWS SDK and Arclet reach an emulator, and nothing else. */
export function emulatorVariables(endpoint) {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
  };
}

/**
 * Starts it, and installs it before if it is not there. Resolves when it answers.
 * @returns endpoint, the end of its log, and how to stop it
 * @throws Error with its log when it ends before
 */
export async function startEmulator() {
  const requirements = readFileSync(join(folder, "requirements.txt"), "utf8");
  const python = ensureEnvironment(emulatorCache, requirements.trim().split("\n"));
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  let log = "";
  const child = spawn(python, [join(folder, "emulator.py")], {
    cwd: emulatorCache,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      BIND_HOST: "127.0.0.1",
      GATEWAY_PORT: String(port),
      LAMBDA_EXECUTOR: process.env.LAMBDA_EXECUTOR ?? "local",
      NODE_OPTIONS: `--import=${new URL("../test/aws/emulated-lambda.mjs", import.meta.url).href}`,
      S3_PERSIST: "0",
      LOG_LEVEL: process.env.MINISTACK_LOG ?? "WARNING",
    },
  });
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => {
      log = (log + chunk).slice(-20_000);
    });
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
    await ended;
    clearTimeout(timer);
  };
  for (let attempt = 0; attempt < 300; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`MiniStack ended with ${child.exitCode}\n${log}`);
    if (await answers(endpoint)) return { endpoint, log: () => log, stop };
    await delay(100);
  }
  await stop();
  throw new Error(`MiniStack does not answer\n${log}`);
}

async function answers(endpoint) {
  try {
    return (await fetch(`${endpoint}/_ministack/health`)).ok;
  } catch {
    return false; // Not listening yet.
  }
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}
