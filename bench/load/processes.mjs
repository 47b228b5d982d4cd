// Servers and clients run in processes of their own; a server tells its URL when it is ready.
import { fork, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { whileRunning } from "./running.mjs";

/** Starts a server script of `bench/servers`. Resolves `{ url, pid, stop, ask }`, plus whatever else it told. */
export async function startServer(script, args = [], execArgv = []) {
  const { first, ...rest } = await start(`../servers/${script}`, args, execArgv);
  return { ...first, ...rest };
}

/** Starts a client script of this folder; resolves `{ stop, ask }` when it is ready. */
export async function startClient(script, args = [], execArgv = []) {
  return start(script, args.map(String), execArgv);
}

function start(script, args, execArgv) {
  const child = fork(fileURLToPath(new URL(script, import.meta.url)), args, {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    execArgv,
  });
  const exited = new Promise((resolve) => child.once("exit", resolve));
  const stop = whileRunning(async () => {
    if (child.connected) child.disconnect();
    await exited;
  });
  const nextTold = () =>
    new Promise((resolve, reject) => {
      const onExit = (code) => reject(new Error(`${script} exited with ${code}`));
      child.once("exit", onExit);
      child.once("message", (told) => {
        child.off("exit", onExit);
        resolve(told);
      });
    });
  return nextTold().then((first) => ({
    first,
    pid: child.pid,
    /** Sends a message and resolves the next one that comes back. */
    ask(message) {
      const answer = nextTold();
      child.send(message);
      return answer;
    },
    stop,
  }));
}

/** Runs the echo client against `url`; resolves what it measured, CPU time too when `pid` is given. */
export function driveEcho(url, connections, seconds, pid) {
  const args = [url, connections, seconds, ...(pid === undefined ? [] : [pid])];
  return runScript(clientScript("echo-client.mjs"), args.map(String));
}

/** Runs one echo after the other against `url`; resolves `{ medianUs }`. */
export function driveLatency(url, seconds) {
  return runScript(clientScript("latency-client.mjs"), [url, String(seconds)]);
}

function clientScript(name) {
  return fileURLToPath(new URL(name, import.meta.url));
}

/** Runs a script that prints one JSON line and resolves that. */
export function runScript(script, args) {
  const child = spawn(process.execPath, [script, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const stop = whileRunning(() => child.kill());
  let output = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  return new Promise((resolve, reject) => {
    child.once("close", (code) => {
      stop();
      if (code !== 0) reject(new Error(`${script} exited with ${code}`));
      else resolve(JSON.parse(output));
    });
  });
}
