// "cold" takes the echo function out, puts it back in, and tells how long its first invocation takes.
import process from "node:process";
import { createRuntime } from "@arclet/runtime";
import { buildApp } from "../load/build-app.mjs";

const app = await buildApp("echo");
const runtime = await createRuntime({ app, port: 0, host: "127.0.0.1" });
const event = JSON.stringify({ requestContext: { connectionId: "gone" }, body: "hello" });
process.send({ url: runtime.webSocketUrl });
process.on("message", async () => {
  await runtime.update({ ...app, functions: [] });
  await runtime.update(app);
  const startedAt = performance.now();
  const result = await runtime.invoker.invoke("ws/default", event);
  const ms = performance.now() - startedAt;
  // The connection does not exist: the helper must have said so.
  if (result.ok || result.errorType !== "GoneException") throw new Error(JSON.stringify(result));
  process.send({ ms });
});
process.on("disconnect", () => void runtime.close().then(() => process.exit(0)));
