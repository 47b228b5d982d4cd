// Tables and events: Architect's state app, unchanged, on Arclet and on Architect's own sandbox.
import { once } from "node:events";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { installPeer, startArchitect, startArcletDev } from "./load/peers.mjs";
import { atMost } from "./load/rows.mjs";
import { whileRunning } from "./load/running.mjs";
import { interleave } from "./load/statistics.mjs";

const rounds = 9;
/** Puts and gets of one round. */
const count = 50;

export async function measureState({ withPeers }) {
  if (!withPeers) return [];
  const inbox = await openInbox();
  const arclet = await startArcletDev(installPeer("architect-state"));
  const own = await startArcletDev(fileURLToPath(new URL("apps/state", import.meta.url)));
  const architect = await startArchitect("architect-state");
  const servers = [
    ["arclet", arclet.httpUrl],
    ["architect", architect.httpUrl],
  ];
  for (const [, url] of servers) await untilAnswers(`${url}/tables?via=helper&count=1`);

  await untilAnswers(`${own.httpUrl}/tables?count=1`);

  const measures = { "own helper": () => tableMs(own.httpUrl, "own") };
  for (const [name, url] of servers) {
    measures[`${name} helper`] = () => tableMs(url, "helper");
    measures[`${name} sdk`] = () => tableMs(url, "sdk");
    measures[`${name} event`] = () => inbox.publish(url);
  }
  // Code that runs for the first time is slow on both sides alike.
  await interleave(measures, 2);
  const ms = await interleave(measures, rounds);
  await Promise.all([arclet, own, architect].map((server) => server.stop()));
  await inbox.close();

  const ratio = (what) => ms[`arclet ${what}`] / ms[`architect ${what}`];
  const told = (what) =>
    `${ms[`arclet ${what}`].toFixed(2)} ms against ${ms[`architect ${what}`].toFixed(2)} ms`;
  const theirs = ms["architect helper"];
  return [
    atMost("table put + get, @arclet/functions ÷ Architect sandbox", ms["own helper"] / theirs, 1, {
      detail: `${ms["own helper"].toFixed(2)} ms against ${theirs.toFixed(2)} ms`,
    }),
    atMost("table put + get, @architect/functions ÷ Architect sandbox", ratio("helper"), 1.1, {
      detail: told("helper"),
    }),
    atMost("table put + get, AWS SDK ÷ Architect sandbox", ratio("sdk"), 1.1, {
      detail: told("sdk"),
    }),
    atMost("publish → handler ÷ Architect sandbox", ratio("event"), 0.5, {
      detail: told("event"),
    }),
  ];
}

async function tableMs(url, via) {
  const response = await fetch(`${url}/tables?via=${via}&count=${count}`);
  const text = await response.text();
  if (!response.ok) throw new Error(`${url}: ${text}`);
  return JSON.parse(text).ms;
}

async function untilAnswers(url) {
  for (;;) {
    const response = await fetch(url).catch(() => null);
    if (response?.ok === true) return;
    if (response !== null) throw new Error(`${url}: ${await response.text()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Where the event's handler tells how long its event was on the way. */
async function openInbox() {
  let tell = () => {};
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      response.end();
      tell(Number(body));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = encodeURIComponent(`http://127.0.0.1:${server.address().port}/`);
  return {
    async publish(url) {
      const arrived = new Promise((resolve) => (tell = resolve));
      await fetch(`${url}/publish?tell=${address}`);
      return arrived;
    },
    close: whileRunning(() => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    }),
  };
}
