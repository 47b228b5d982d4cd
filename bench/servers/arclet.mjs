// Arclet's runtime with one of `bench/apps`, without the development server around it.
//   node arclet.mjs <app> [concurrencyPerEnvironment]
import process from "node:process";
import { fileURLToPath } from "node:url";
import { createFunctionBuilder } from "@arclet/build";
import { readProject } from "@arclet/manifest/node";
import { createRuntime } from "@arclet/runtime";

const [app, concurrency] = [process.argv[2], Number(process.argv[3] ?? 1)];
const root = fileURLToPath(new URL(`../apps/${app}`, import.meta.url));
const { project, diagnostics } = await readProject(root);
if (project === null) throw new Error(JSON.stringify(diagnostics));

const builder = createFunctionBuilder({ root });
const functions = [];
for (const fn of project.functions) {
  if (!fn.exists) continue;
  const build = await builder.build(fn);
  if (!build.ok) throw new Error(JSON.stringify(build.diagnostics));
  functions.push({ functionId: fn.id, config: fn.config, env: {}, build });
}
await builder.close();

const present = new Set(functions.map((fn) => fn.functionId));
const { ws } = project.manifest;
const manifest = {
  ...project.manifest,
  ws: { ...ws, routes: ws.routes.filter((route) => present.has(route.functionId)) },
};
const runtime = await createRuntime({
  app: { manifest, root, functions },
  port: 0,
  host: "127.0.0.1",
  concurrencyPerEnvironment: concurrency,
  limits: { connectionsPerSecond: Infinity },
});
process.send({ url: runtime.webSocketUrl });
process.on("message", (message) => {
  if (message === "memory") {
    globalThis.gc?.();
    process.send({ memory: process.memoryUsage() });
  }
});
process.on("disconnect", () => void runtime.close().then(() => process.exit(0)));
