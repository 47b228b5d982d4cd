// Runs test/aws against MiniStack, an emulator of AWS, on loopback. Needs python3 with venv.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const requirements = join(root, "test/aws/requirements.txt");
const cache = join(root, ".cache", "aws");
const python = join(cache, "bin", "python");

prepare();
const port = await freePort();
const endpoint = `http://127.0.0.1:${port}`;
const emulator = spawn(python, ["-m", "ministack"], {
  cwd: cache,
  stdio: ["ignore", "pipe", "pipe"],
  env: {
    ...process.env,
    BIND_HOST: "127.0.0.1",
    GATEWAY_PORT: String(port),
    LAMBDA_EXECUTOR: process.env.LAMBDA_EXECUTOR ?? "local",
    NODE_OPTIONS: `--import=${new URL("emulated-lambda.mjs", import.meta.url).href}`,
    S3_PERSIST: "0",
    LOG_LEVEL: process.env.MINISTACK_LOG ?? "WARNING",
  },
});
let log = "";
for (const stream of [emulator.stdout, emulator.stderr])
  stream.on("data", (chunk) => {
    log = (log + chunk).slice(-20_000);
  });
try {
  await ready();
  const vitest = spawn(
    process.execPath,
    [
      join(root, "node_modules/vitest/vitest.mjs"),
      "run",
      "--config",
      "vitest.aws.config.ts",
      ...process.argv.slice(2),
    ],
    {
      cwd: root,
      stdio: "inherit",
      env: {
        ...process.env,
        AWS_ENDPOINT_URL: endpoint,
        AWS_REGION: "us-east-1",
        AWS_ACCESS_KEY_ID: "test",
        AWS_SECRET_ACCESS_KEY: "test",
        ARCLET_TEST_CFN_LINT: join(cache, "bin", "cfn-lint"),
      },
    },
  );
  const [code] = await once(vitest, "exit");
  if (code !== 0) process.stderr.write(`\nThe end of MiniStack's log:\n${log}\n`);
  process.exitCode = code ?? 1;
} finally {
  if (emulator.exitCode === null) {
    const ended = once(emulator, "exit");
    emulator.kill("SIGTERM");
    const timer = setTimeout(() => emulator.kill("SIGKILL"), 10_000);
    await ended;
    clearTimeout(timer);
  }
}

function prepare() {
  const stamp = join(cache, "requirements.sha256");
  const wanted = createHash("sha256").update(readFileSync(requirements)).digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  rmSync(cache, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
  run("python3", ["-m", "venv", cache]);
  run(python, [
    "-m",
    "pip",
    "install",
    "--quiet",
    "--disable-pip-version-check",
    "-r",
    requirements,
  ]);
  writeFileSync(stamp, wanted);
}

function run(command, commandArguments) {
  const { status, error } = spawnSync(command, commandArguments, { stdio: "inherit" });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ended with ${status}`);
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port: free } = server.address();
  server.close();
  await once(server, "close");
  return free;
}

/** Resolves when the emulator answers; an emulator that ends first is told with its log. */
async function ready() {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    if (emulator.exitCode !== null)
      throw new Error(`MiniStack ended with ${emulator.exitCode}\n${log}`);
    try {
      const answer = await fetch(`${endpoint}/_ministack/health`);
      if (answer.ok) return;
    } catch {
      // Not listening yet.
    }
    await delay(100);
  }
  throw new Error(`MiniStack does not answer\n${log}`);
}
