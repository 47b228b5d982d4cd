// The gateway as an echo server: the whole way of a message, through an isolated function and back.
// The suite sends messages of up to 16 MB, so the gateway's limits are off; in an app they are on.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createRuntime } from "@arclet/runtime";
import { functionConfigWith, manifestWith } from "../helpers/model.mjs";

const cache = fileURLToPath(new URL("../../.cache/autobahn", import.meta.url));

const echo = `
import { ws } from "@arclet/functions";
export async function handler(event) {
  await ws.send({ id: event.requestContext.connectionId, payload: event.body ?? "" });
  return { statusCode: 200 };
}
`;

const config = functionConfigWith({ memory: 3008, timeout: 29 });

function createApp(root) {
  const directory = join(root, "build");
  const entry = join(directory, "index.mjs");
  mkdirSync(directory);
  writeFileSync(entry, echo);
  const id = "ws/default";
  const built = {
    functionId: id,
    directory,
    sourceDirectory: directory,
    handler: "index.handler",
    entry,
    format: "esm",
    hash: "echo",
    inputs: [],
  };
  return {
    root,
    functions: [{ functionId: id, config, env: {}, build: { ok: true, built } }],
    manifest: manifestWith({
      app: "autobahn",
      functions: [
        { id, pragma: "ws", name: "default", sourceCandidates: ["build"], config, origin: null },
      ],
      ws: {
        routeSelectionExpression: "$request.body.action",
        routes: [{ routeKey: "$default", functionId: id, hasRouteResponse: false, origin: null }],
        authorizer: null,
        auth: [],
        origins: null,
      },
    }),
  };
}

export async function startGatewayServer() {
  mkdirSync(cache, { recursive: true });
  // Inside the workspace, so that the function finds `@arclet/functions`.
  const root = mkdtempSync(join(cache, "app-"));
  const runtime = await createRuntime({
    app: createApp(root),
    port: 0,
    host: "127.0.0.1",
    limits: {
      messageBytes: Infinity,
      frameBytes: Infinity,
      sendBufferBytes: Infinity,
      connectionsPerSecond: Infinity,
    },
  });
  return {
    url: `ws://127.0.0.1:${runtime.port}`,
    refusesBinary: true,
    close: async () => {
      await runtime.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}
