// A runtime in a process of its own, so that a crash is seen as one and memory can be measured.
//   node --expose-gc server.mjs <specification.json>
// Talks to its parent over IPC: see server-process.ts for the requests.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { createRuntime } from "@arclet/runtime";
import { functionConfigWith, manifestWith } from "../helpers/model.mjs";

const specification = JSON.parse(readFileSync(process.argv[2], "utf8"));
const { root } = specification;

const config = functionConfigWith(specification.config);

/** Writes a build folder as `@arclet/builder` leaves it. */
function build(functionId, source) {
  const hash = createHash("sha256").update(source).digest("hex");
  const directory = join(root, ".arclet/build", functionId, hash);
  const entry = join(directory, "index.mjs");
  mkdirSync(directory, { recursive: true });
  writeFileSync(entry, source);
  return {
    functionId,
    directory,
    sourceDirectory: directory,
    handler: "index.handler",
    entry,
    format: "esm",
    hash,
    inputs: [],
  };
}

/** `sources` maps function ids to ESM text: `ws/connect`, `http/get-index`. */
function createApp(sources) {
  const functions = Object.entries(sources).map(([functionId, source]) => ({
    functionId,
    config,
    env: specification.env,
    build: { ok: true, built: build(functionId, source) },
  }));
  const declared = Object.keys(sources).map((id) => {
    const [pragma, name] = id.split("/");
    return { id, pragma, name, sourceCandidates: [`src/${id}`], config, origin: null };
  });
  const named = (pragma) => declared.filter((one) => one.pragma === pragma);
  const lifecycle = new Set(["connect", "default", "disconnect"]);
  return {
    root,
    functions,
    manifest: manifestWith({
      app: "robustness",
      functions: declared,
      http: {
        routes: named("http").map(({ id, name }) => {
          const [method, ...path] = name.split("-");
          return { method, path: `/${path.join("-")}`, functionId: id, origin: null };
        }),
      },
      ws: {
        routeSelectionExpression: "$request.body.action",
        routes: named("ws").map(({ id, name }) => ({
          routeKey: lifecycle.has(name) ? `$${name}` : name,
          functionId: id,
          hasRouteResponse: specification.answersMessages,
          origin: null,
        })),
        authorizer: null,
        auth: [],
        origins: null,
      },
      static: {
        folder: "public",
        fingerprint: false,
        ignore: [],
        prefix: null,
        prune: false,
        spa: false,
        compression: false,
      },
    }),
  };
}

// JSON has no Infinity; null stands for it.
const limits = Object.fromEntries(
  Object.entries(specification.limits).map(([name, value]) => [name, value ?? Infinity]),
);
const runtime = await createRuntime({
  ...specification.options,
  limits,
  app: createApp(specification.functions),
});

let connected = 0;
let disconnected = 0;
let waiting = null;
const bugs = [];
const events = [];

function settle() {
  if (waiting === null || connected < waiting.connections || disconnected < connected) return;
  const { id } = waiting;
  waiting = null;
  process.send({ id, connected, disconnected });
}

runtime.traffic.listen((event) => {
  if (event.type === "connected") connected++;
  else if (event.type === "disconnected") {
    disconnected++;
    settle();
  } else if (event.type === "bug") {
    bugs.push(`${event.where}: ${event.error?.stack ?? event.error}`);
  }
  if (specification.keepsEvents) events.push(event);
});

const requests = {
  update: async ({ functions }) => {
    await runtime.update(createApp(functions));
    return {};
  },
  /** Memory after a full collection, and what keeps the event loop busy, by kind. */
  measure: async () => {
    // Two turns: finalizers of the first collection free what the second one counts.
    for (let round = 0; round < 2; round++) {
      globalThis.gc();
      await new Promise((resolve) => setImmediate(resolve));
    }
    const { heapUsed, external } = process.memoryUsage();
    const resources = {};
    for (const kind of process.getActiveResourcesInfo()) {
      resources[kind] = (resources[kind] ?? 0) + 1;
    }
    return { heapUsed, external, resources };
  },
  report: async () => ({ bugs, events, connected, disconnected }),
  close: async () => {
    await runtime.close();
    return { bugs };
  },
};

async function answer(message) {
  try {
    process.send({ id: message.id, ...(await requests[message.type](message)) });
  } catch (error) {
    process.send({ id: message.id, error: String(error?.stack ?? error) });
  }
  if (message.type === "close") process.disconnect();
}

process.on("message", (message) => {
  if (message.type === "settled") {
    waiting = message;
    settle();
  } else {
    void answer(message);
  }
});
process.send({ id: 0, port: runtime.port, host: runtime.host });
