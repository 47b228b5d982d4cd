import { receiveMessageOnPort, workerData } from "node:worker_threads";
import type { ThreadData, WorkerInit } from "./protocol.ts";

/** Waits until the thread is told which function it is for, and gives it that function's environment. */
export function receiveInit(): WorkerInit {
  const { gate, port } = workerData as ThreadData;
  Atomics.wait(gate, 0, 0);
  const init = receiveMessageOnPort(port)?.message as WorkerInit;
  port.close();
  for (const name of Object.keys(process.env)) if (!(name in init.env)) delete process.env[name];
  Object.assign(process.env, init.env);
  return init;
}
