// Runs test/aws against MiniStack, an emulator of AWS, on loopback: `npm run test:aws [filter …]`.
// Needs Python 3 with venv and, the first time, PyPI. The last line tells the result.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import { ensureEnvironment } from "../../scripts/python.mjs";
import { root, setUp } from "../../scripts/setup.mjs";

const cache = join(root, ".cache", "aws");
/** Where tests keep the templates that they make. */
const templates = join(cache, "templates");
const requirements = readFileSync(join(root, "test/aws/requirements.txt"), "utf8");

let counts = { passed: 0, failed: 1 };
let log = "";
let emulator = null;
try {
  await setUp();
  const python = ensureEnvironment(cache, requirements.trim().split("\n"));
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  emulator = startEmulator(python, port);
  await ready(endpoint);
  process.chdir(root);
  rmSync(templates, { recursive: true, force: true });
  mkdirSync(templates);
  for (const name of Object.keys(process.env))
    if (name.startsWith("AWS_")) delete process.env[name];
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    ARCLET_TEST_CFN_LINT: join(cache, "bin", "cfn-lint"),
    ARCLET_TEST_TEMPLATES: templates,
  });
  // Not at the top: a fresh clone has no Vitest before it is set up.
  const { runTests } = await import("../../scripts/run-tests.mjs");
  counts = await runTests("vitest.aws.config.ts", process.argv.slice(2));
  lintTemplates();
  if (counts.failed > 0) console.log(`\nThe end of MiniStack's log:\n${log}`);
} catch (error) {
  console.log(error instanceof Error ? error.message : error);
} finally {
  if (emulator !== null && emulator.exitCode === null) {
    const ended = once(emulator, "exit");
    emulator.kill("SIGTERM");
    const timer = setTimeout(() => emulator.kill("SIGKILL"), 10_000);
    await ended;
    clearTimeout(timer);
  }
}
console.log(`test:aws: ${counts.passed} passed, ${counts.failed} failed`);
process.exit(counts.failed === 0 && counts.passed > 0 ? 0 : 1);

/** cfn-lint's word on every template that the tests made. */
function lintTemplates() {
  const files = readdirSync(templates).map((name) => join(templates, name));
  if (files.length === 0) return;
  const { status } = spawnSync(
    process.env.ARCLET_TEST_CFN_LINT,
    ["--regions", "us-east-1", "--", ...files],
    { stdio: "inherit" },
  );
  console.log(`cfn-lint: ${files.length} templates, ${status === 0 ? "no findings" : "FAILED"}`);
  if (status === 0) counts.passed += 1;
  else counts.failed += 1;
}

function startEmulator(python, port) {
  const child = spawn(python, [join(root, "test/aws/emulator.py")], {
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
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => {
      log = (log + chunk).slice(-20_000);
    });
  return child;
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
async function ready(endpoint) {
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
