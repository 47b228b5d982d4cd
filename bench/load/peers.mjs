// Other local emulators, installed on demand in a folder of their own and started as their users do.
import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer, connect } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { emulatorVariables, startEmulator } from "../../scripts/emulator.mjs";
import { whileRunning } from "./running.mjs";

const repository = fileURLToPath(new URL("../..", import.meta.url));

/** Copies a peer's app into the cache and installs what it depends on. Returns its folder. */
export function installPeer(name) {
  const source = join(repository, "bench/peers", name);
  const folder = join(repository, ".cache/bench", name);
  mkdirSync(folder, { recursive: true });
  cpSync(source, folder, { recursive: true });
  if (!existsSync(join(folder, "node_modules"))) {
    console.error(`installing ${name} …`);
    const install = spawnSync("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error"], {
      cwd: folder,
      stdio: ["ignore", "ignore", "inherit"],
    });
    if (install.status !== 0) throw new Error(`${name} could not be installed`);
  }
  return folder;
}

export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts a peer; resolves when its port accepts connections, with the milliseconds that took. */
export async function startPeer(folder, command, args, port, environment) {
  const startedAt = performance.now();
  const child = spawn(command, args, {
    cwd: folder,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "ignore", "ignore"],
    detached: true,
  });
  let hasExited = false;
  const exited = new Promise((resolve) => child.once("exit", resolve));
  child.once("exit", () => (hasExited = true));
  const stop = whileRunning(async () => {
    if (!hasExited) process.kill(-(child.pid ?? 0), "SIGKILL");
    await exited;
  });
  while (!(await accepts(port))) {
    if (hasExited) throw new Error(`${command} ${args.join(" ")} exited before it listened`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return {
    pid: child.pid,
    url: `ws://localhost:${port}`,
    httpUrl: `http://localhost:${port}`,
    readyMs: performance.now() - startedAt,
    stop,
  };
}

function accepts(port) {
  return new Promise((resolve) => {
    const socket = connect(port, "localhost");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

/** `arclet dev`, started as a peer is, on a project wherever it is. */
export async function startArcletDev(folder, environment = {}) {
  const port = await freePort();
  return startPeer(
    folder,
    process.execPath,
    [join(repository, "packages/cli/bundle/bin.js"), "dev", "--port", String(port), "--quiet"],
    port,
    environment,
  );
}

/** Architect's sandbox, on the app of `bench/peers` with that name. */
export async function startArchitect(name = "architect") {
  const folder = installPeer(name);
  const port = await freePort();
  return startPeer(
    folder,
    process.execPath,
    ["node_modules/@architect/sandbox/src/cli/cli.js", "--port", String(port), "--quiet"],
    port,
    {
      ARC_QUIET: "1",
      ARC_INTERNAL_PORT: String(await freePort()),
      ARC_EVENTS_PORT: String(await freePort()),
      ARC_TABLES_PORT: String(await freePort()),
    },
  );
}

/** A Durable Object that echoes, in Cloudflare's runtime. */
export async function startWorkerd() {
  const folder = installPeer("workerd");
  const port = await freePort();
  const address = `http=127.0.0.1:${port}`;
  const args = ["serve", "config.capnp", "--socket-addr", address];
  return startPeer(folder, join(folder, "node_modules/.bin/workerd"), args, port, {});
}

/** Bun's own WebSocket server. */
export async function startBun() {
  const folder = installPeer("bun");
  const port = await freePort();
  const environment = { PEER_PORT: String(port) };
  return startPeer(
    folder,
    join(folder, "node_modules/.bin/bun"),
    ["server.mjs"],
    port,
    environment,
  );
}

/** MiniStack, with an app of `bench/apps` deployed to it. */
export async function startMiniStack(app) {
  const emulator = await startEmulator();
  const stop = whileRunning(emulator.stop);
  try {
    const folder = join(repository, ".cache/bench", `ministack-${app}`);
    cpSync(join(repository, "bench/apps", app), folder, { recursive: true });
    // The app of the bench has no more than it needs; what is deployed has all three.
    for (const name of ["connect", "disconnect"]) {
      mkdirSync(join(folder, "src/ws", name), { recursive: true });
      writeFileSync(
        join(folder, "src/ws", name, "index.mjs"),
        "export const handler = async () => ({ statusCode: 200 });\n",
      );
    }
    const deploy = spawnSync(
      process.execPath,
      [join(repository, "packages/cli/bundle/bin.js"), "deploy", "--yes"],
      {
        cwd: folder,
        env: { ...process.env, ...emulatorVariables(emulator.endpoint) },
        encoding: "utf8",
      },
    );
    const url = /(?:ws|http)s?:\/\/\S+\.execute-api\.\S+/.exec(deploy.stdout)?.[0];
    if (deploy.status !== 0 || url === undefined)
      throw new Error(`the app could not be deployed: ${deploy.stderr}${deploy.stdout}`);
    const { hostname, pathname } = new URL(url);
    return { url: `ws://${hostname}:${new URL(emulator.endpoint).port}${pathname}`, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

export async function startServerlessOffline() {
  const folder = installPeer("serverless-offline");
  const port = await freePort();
  return startPeer(
    folder,
    process.execPath,
    [
      "node_modules/serverless/bin/serverless.js",
      "offline",
      "--websocketPort",
      String(port),
      "--httpPort",
      String(await freePort()),
      "--lambdaPort",
      String(await freePort()),
      "--noPrependStageInUrl",
    ],
    port,
    {
      PEER_WEBSOCKET_PORT: String(port),
      SLS_TELEMETRY_DISABLED: "1",
      SLS_NOTIFICATIONS_MODE: "off",
      SLS_DEPRECATION_DISABLE: "*",
    },
  );
}
