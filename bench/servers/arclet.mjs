// Arclet's runtime with one of `bench/apps`, without the development server around it.
//   node arclet.mjs <app> [concurrencyPerEnvironment]
import process from "node:process";
import { createRuntime } from "@arclet/runtime";
import { buildApp } from "../load/build-app.mjs";

const [app, concurrency] = [process.argv[2], Number(process.argv[3] ?? 1)];
const runtime = await createRuntime({
  app: await buildApp(app),
  port: 0,
  host: "127.0.0.1",
  concurrencyPerEnvironment: concurrency,
  ...(process.env.MAXENV ? { maxEnvironments: Number(process.env.MAXENV) } : {}),
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
