// A function's environments in two shapes, with the same handler and the same pipes: "process", in which
// the process is the environment, or "thread", in which a process keeps environments as threads. Each
// environment echoes lines over a pipe of its own, descriptor 4 and up.
//   node environment.mjs process|thread <environments>
import { Socket } from "node:net";
import process from "node:process";
import { isMainThread, Worker, workerData } from "node:worker_threads";

const firstDescriptor = 4;
const handler = async (event) => ({ statusCode: 200, body: JSON.parse(event).body });

if (isMainThread) await runHost(process.argv[2], Number(process.argv[3]));
else serve(workerData);

async function runHost(shape, count) {
  process.on("disconnect", () => process.exit(0));
  const times = [];
  for (let index = 0; index < count; index++) {
    const startedAt = performance.now();
    if (shape === "process") serve(firstDescriptor + index);
    else {
      const options = { workerData: firstDescriptor + index };
      await new Promise((resolve) => {
        new Worker(new URL(import.meta.url), options).once("online", resolve);
      });
    }
    times.push(performance.now() - startedAt);
  }
  process.send({ startMs: times.at(-1) });
}

function serve(fd) {
  const pipe = new Socket({ fd });
  let rest = "";
  pipe.setEncoding("utf8");
  pipe.on("data", async (chunk) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop();
    const results = await Promise.all(lines.map((line) => handler(line)));
    if (results.length > 0) pipe.write(`${results.map((result) => result.body).join("\n")}\n`);
  });
}
