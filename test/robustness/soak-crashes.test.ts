// Environments crash, hang, block and are killed under pipelined load, and no code is swapped that would
// clean up behind them: every message must be answered or refused once, and run once at most.
//   ARCLET_SOAK_MESSAGES   messages of each connection, 60 by default
//   ARCLET_SOAK_SEED       repeats a run's choices
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { misbehave, misdeeds, type Misdeed } from "./crash-functions.ts";
import { accept } from "./echo-functions.ts";
import { SeededRandom, seedOf } from "./seeded-random.ts";
import { ServerProcess } from "./server-process.ts";

const connections = 200;
const inFlight = 10;
const messages = Number(process.env["ARCLET_SOAK_MESSAGES"] ?? 60);
const seed = seedOf("ARCLET_SOAK_SEED");

type Strategy = "process" | "child-process";

/** What blocks in the server's own process blocks the server. */
const strategies: readonly [strategy: Strategy, misdeeds: readonly Misdeed[]][] = [
  ["process", misdeeds],
  ["child-process", misdeeds],
];

interface Tally {
  readonly sent: number;
  /** Numbers of the messages that the function answered. */
  readonly answered: readonly number[];
  readonly refused: number;
}

/** Keeps ten messages in flight until all are sent; one that leaves goes half-way, with ten in flight. */
async function converse(
  url: string,
  random: SeededRandom,
  choices: readonly Misdeed[],
  leaves: boolean,
  onPid: (pid: number) => void,
): Promise<Tally> {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  await once(socket, "open");
  const answered: number[] = [];
  let sent = 0;
  let refused = 0;
  const send = (): void => {
    const misdeed = random.chance(0.1) ? choices[random.below(choices.length)] : undefined;
    socket.send(JSON.stringify({ n: sent++, misdeed }));
  };
  const isOver = new Promise<void>((resolve, reject) => {
    socket.once("close", (code) => {
      if (leaves) resolve();
      else reject(new Error(`closed with ${code}`));
    });
    socket.on("message", (data: Buffer) => {
      const answer: { n?: number; pid?: number; message?: string } = JSON.parse(data.toString());
      if (answer.n === undefined) refused++;
      else answered.push(answer.n);
      if (answer.pid !== undefined) onPid(answer.pid);
      if (leaves && answered.length + refused >= messages / 2) socket.terminate();
      else if (sent < messages) send();
      else if (answered.length + refused === sent) resolve();
    });
  });
  for (let count = 0; count < inFlight; count++) send();
  await isOver;
  if (!leaves) {
    // A second answer to any message would come before the close.
    const closed = once(socket, "close");
    socket.close();
    await closed;
  }
  return { sent, answered, refused };
}

test.each(strategies)(
  "%s: crashes, timeouts and kills under pipelined load neither lose nor repeat a message",
  async (execution, own) => {
    await using server = await ServerProcess.start({
      functions: { "ws/connect": accept, "ws/default": misbehave },
      config: { timeout: 1 },
      options: { execution },
      limits: { connectionsPerSecond: Infinity },
      ledger: "ledger.txt",
      answersMessages: true,
    });
    const random = new SeededRandom(seed);
    let answers = 0;
    // Where environments are processes, one is killed now and then.
    const onPid = (pid: number): void => {
      answers++;
      if (pid !== server.pid && answers % 500 === 0) killProcess(pid);
    };
    const tallies = await Promise.all(
      Array.from({ length: connections }, (_, index) => {
        const choices = index % 10 === 0 ? own : [];
        const leaves = index % 5 === 1;
        return converse(
          server.webSocketUrl,
          new SeededRandom(seed + index),
          choices,
          leaves,
          onPid,
        );
      }),
    );
    for (const [index, { sent, answered, refused }] of tallies.entries()) {
      expect(new Set(answered).size).toBe(answered.length);
      if (index % 5 !== 1) expect(answered.length + refused).toBe(sent);
    }
    // The function answers as before.
    const last = await converse(server.webSocketUrl, random, [], false, () => undefined);
    expect(last.answered).toHaveLength(messages);

    expect((await server.report()).bugs).toEqual([]);
    expect({ code: await server.close(), output: server.output }).toEqual({ code: 0, output: "" });
    const begun = (await readFile(join(server.root, "ledger.txt"), "utf8")).trimEnd().split("\n");
    expect(new Set(begun).size).toBe(begun.length);
    // What the function answered, it has begun.
    const count = tallies.reduce((sum, { answered }) => sum + answered.length, 0);
    expect(begun.length).toBeGreaterThanOrEqual(count + messages);
  },
  180_000,
);

function killProcess(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    // It has ended meanwhile, as some do by themselves.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
