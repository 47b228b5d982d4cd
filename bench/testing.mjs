// The test kit and the client: what each further app of a test run costs, and what a page loads.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { atMost } from "./load/rows.mjs";
import { median } from "./load/statistics.mjs";
import { writeApp } from "./load/workspace.mjs";

const rounds = 9;
const client = fileURLToPath(new URL("../packages/client/bundle/client.js", import.meta.url));

export async function measureTesting() {
  const { startApp } = await import("../packages/cli/bundle/testing.js");
  const root = await writeApp("testing", {
    ".arc": "@app\ntested\n\n@ws\nsay\n\n@http\nget /\n",
    ...Object.fromEntries(
      ["ws/connect", "ws/default", "ws/disconnect", "ws/say", "http/get-index"].map((name) => [
        `src/${name}/index.mjs`,
        "export const handler = async () => ({ statusCode: 200 });\n",
      ]),
    ),
  });
  const first = await startApp({ root });
  await first.close();
  const starts = [];
  for (let round = 0; round < rounds; round++) {
    const startedAt = performance.now();
    const app = await startApp({ root });
    starts.push(performance.now() - startedAt);
    await app.close();
  }
  const { byteLength } = gzipSync(await readFile(client), { level: 9 });
  return [
    atMost("a further app in a test run", median(starts), 150, { unit: "ms" }),
    atMost("the client, compressed", byteLength / 1000, 2.5, { unit: "kB" }),
  ];
}
