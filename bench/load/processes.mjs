// Servers under measurement run in processes of their own; each tells its URL when it is ready.
import { fork, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Starts a server script of `bench/servers`. Resolves `{ url, stop }`, plus whatever else it told. */
export function startServer(script, args = []) {
  const child = fork(fileURLToPath(new URL(`../servers/${script}`, import.meta.url)), args, {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`${script} exited with ${code}`)));
    child.once("message", (told) => {
      child.removeAllListeners("exit");
      resolve({
        ...told,
        child,
        stop: () =>
          new Promise((stopped) => {
            child.once("exit", stopped);
            child.disconnect();
          }),
      });
    });
  });
}

/** Runs the echo client against `url`; resolves what it measured. */
export function driveEcho(url, connections, seconds) {
  const script = fileURLToPath(new URL("echo-client.mjs", import.meta.url));
  const child = spawn(process.execPath, [script, url, String(connections), String(seconds)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  return new Promise((resolve, reject) => {
    child.once("close", (code) => {
      if (code !== 0) reject(new Error(`the echo client exited with ${code}`));
      else resolve(JSON.parse(output));
    });
  });
}
