// A server with two functions in processes: one waits, the other never looks up from its work. On Linux each
// starts a program that leaves its group.
import { randomBytes } from "node:crypto";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createProcessStrategy } from "../../../dist/execution/process/strategy.js";
import { createNumberedIds } from "../../../dist/numbered-ids.js";

const directory = await mkdtemp(join(tmpdir(), "arclet-orphan-"));
const entry = join(directory, "index.mjs");
await writeFile(
  entry,
  `import { spawn } from "node:child_process";
  export const handler = async ({ loops }) => {
    process.stdout.write("pid " + process.pid + "\\n");
    if (process.platform === "linux") {
      const options = { detached: true, stdio: "ignore" };
      const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000);"], options);
      process.stdout.write("pid " + child.pid + "\\n");
    }
    while (loops) {}
  };`,
);
const strategy = createProcessStrategy();
for (const loops of [false, true]) {
  const { environment } = await strategy.start({
    functionId: "ws/default",
    built: {
      directory,
      sourceDirectory: directory,
      handler: "index.handler",
      entry,
      format: "esm",
    },
    config: { runtime: "nodejs22.x", memory: 128, timeout: 60 },
    env: { AWS_LAMBDA_LOG_STREAM_NAME: `2026/01/31/[$LATEST]${randomBytes(16).toString("hex")}` },
    concurrency: 1,
    channel: { request: () => "gone" },
    initLimit: new AbortController().signal,
    observer: {
      onResult() {},
      onExit() {},
      onLog: ({ text }) => process.stdout.write(text),
    },
  });
  environment.invoke({
    number: 1,
    ids: createNumberedIds(),
    requestId: "5a705308-5def-405a-a5f6-1cbb4d675b0c",
    event: JSON.stringify({ loops }),
  });
}
process.stdout.write(`folder ${directory}\n`);
