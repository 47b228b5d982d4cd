// What an environment could be: a process of its own, as it is, or a thread in a process for each function.
import { fork } from "node:child_process";
import { readFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { whileRunning } from "./load/running.mjs";
import { atMost, forComparison, notMeasured } from "./load/rows.mjs";
import { interleave, median } from "./load/statistics.mjs";

const script = fileURLToPath(new URL("servers/environment.mjs", import.meta.url));
const functions = 50;
const rounds = 5;
/** As the gateway hands work over. */
const batch = 16;
const echoes = 200_000;
const lineFeed = 10;
const body = JSON.stringify({ body: "hello from the benchmark" });

export async function measureEnvironments() {
  if (process.platform !== "linux")
    return [notMeasured("environments", "only Linux says what memory processes share")];
  const idle = { process: await memoryOfIdle("process"), thread: await memoryOfIdle("thread") };
  const further = {
    process: await memoryOfFurther("process"),
    thread: await memoryOfFurther("thread"),
  };
  const start = await interleave(
    { process: () => startMs("process"), thread: () => startMs("thread") },
    rounds,
  );
  const rate = await interleave(
    { process: () => echoesPerSecond("process"), thread: () => echoesPerSecond("thread") },
    rounds,
  );
  return [
    atMost(`memory of ${functions} idle functions, each a process`, idle.process, 600, {
      unit: "MB",
      detail: `proportional set size; ${idle.thread.toFixed(0)} MB as a process with a thread each`,
    }),
    forComparison("memory of a further environment of a function: process", further.process, {
      unit: "MB",
      detail: `${further.thread.toFixed(1)} MB as a thread`,
    }),
    forComparison("a further environment is ready: process", start.process, {
      unit: "ms",
      detail: `${start.thread.toFixed(0)} ms as a thread; one process is kept ready, which takes none of it`,
    }),
    forComparison("echo over a pipe, process ÷ thread", rate.process / rate.thread, {
      detail: `${rate.process.toFixed(0)} a second against ${rate.thread.toFixed(0)}`,
    }),
  ];
}

/** A function with so many environments: one process of them, or a process for each. */
async function startFunction(shape, environments) {
  const counts =
    shape === "thread" ? [environments] : Array.from({ length: environments }, () => 1);
  const hosts = await Promise.all(counts.map((count) => startHost(shape, count)));
  return {
    pids: hosts.map(({ pid }) => pid),
    pipes: hosts.flatMap(({ pipes }) => pipes),
    startMs: Math.max(...hosts.map((host) => host.startMs)),
    stop: () => Promise.all(hosts.map(({ stop }) => stop())),
  };
}

async function startHost(shape, environments) {
  const startedAt = performance.now();
  const pipes = Array.from({ length: environments }, () => "pipe");
  const child = fork(script, [shape, String(environments)], {
    stdio: ["ignore", "ignore", "inherit", "ipc", ...pipes],
  });
  const exited = new Promise((resolve) => child.once("exit", resolve));
  const stop = whileRunning(async () => {
    if (child.connected) child.disconnect();
    await exited;
  });
  const ready = await new Promise((resolve) => child.once("message", resolve));
  return {
    pid: child.pid,
    pipes: child.stdio.slice(4),
    startMs: shape === "thread" ? ready.startMs : performance.now() - startedAt,
    stop,
  };
}

async function memoryOfIdle(shape) {
  const started = [];
  for (let index = 0; index < functions; index++) started.push(await startFunction(shape, 1));
  for (const { pipes } of started) await echo(pipes[0], 1);
  const memory = sharedMemory(started.flatMap(({ pids }) => pids));
  await Promise.all(started.map((one) => one.stop()));
  return memory;
}

async function memoryOfFurther(shape) {
  const environments = 9;
  const memory = [];
  for (const count of [1, environments]) {
    const started = await startFunction(shape, count);
    for (const pipe of started.pipes) await echo(pipe, 1);
    memory.push(sharedMemory(started.pids));
    await started.stop();
  }
  return (memory[1] - memory[0]) / (environments - 1);
}

async function startMs(shape) {
  const times = [];
  for (let count = 0; count < 5; count++) {
    const started = await startFunction(shape, shape === "thread" ? 2 : 1);
    times.push(started.startMs);
    await started.stop();
  }
  return median(times);
}

async function echoesPerSecond(shape) {
  const started = await startFunction(shape, 1);
  await echo(started.pipes[0], echoes / 10);
  const startedAt = performance.now();
  await echo(started.pipes[0], echoes);
  const seconds = (performance.now() - startedAt) / 1000;
  await started.stop();
  return echoes / seconds;
}

/** Two batches are on their way at any time. */
async function echo(pipe, count) {
  const line = `${body}\n`;
  let [sent, answered] = [0, 0];
  const done = new Promise((resolve) => {
    const onData = (chunk) => {
      for (const byte of chunk) if (byte === lineFeed) answered++;
      while (sent < count && sent - answered <= batch) send();
      if (answered < count) return;
      pipe.off("data", onData);
      resolve();
    };
    pipe.on("data", onData);
  });
  send();
  await done;

  function send() {
    const next = Math.min(batch, count - sent);
    sent += next;
    pipe.write(line.repeat(next));
  }
}

/** Megabytes: what processes share counts once. https://man7.org/linux/man-pages/man5/proc_pid_smaps.5.html */
function sharedMemory(pids) {
  let kilobytes = 0;
  for (const pid of pids) {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, "latin1");
    kilobytes += Number(/^Pss:\s+(\d+) kB$/m.exec(text)[1]);
  }
  return kilobytes / 1024;
}
