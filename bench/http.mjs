// An HTTP function against a bare `node:http` server, a static file against sirv as it serves in
// production, and new sockets against a bare `ws` server.
import { fileURLToPath } from "node:url";
import { runScript, startServer } from "./load/processes.mjs";
import { atLeast } from "./load/rows.mjs";
import { interleave } from "./load/statistics.mjs";

const seconds = 2;
const rounds = 5;
const connections = 50;
const folder = fileURLToPath(new URL("apps/http/public", import.meta.url));

export async function measureHttp() {
  const bare = await startServer("bare-http.mjs");
  const sirv = await startServer("bare-http.mjs", [folder]);
  const sockets = await startServer("bare-ws.mjs");
  const app = await startServer("arclet.mjs", ["http"]);
  const several = await startServer("arclet.mjs", ["http", "64"]);
  const origin = (server) => server.url.replace("ws:", "http:");
  const rate = await interleave(
    {
      bare: () => perSecond("http-client", `${bare.url}/`),
      one: () => perSecond("http-client", `${origin(app)}/`),
      several: () => perSecond("http-client", `${origin(several)}/`),
      sirv: () => perSecond("http-client", `${sirv.url}/app.js`),
      file: () => perSecond("http-client", `${origin(app)}/_static/app.js`),
      bareSockets: () => perSecond("connect-client", sockets.url),
      sockets: () => perSecond("connect-client", app.url),
    },
    rounds,
  );
  await Promise.all([bare, sirv, sockets, app, several].map((server) => server.stop()));
  const row = (name, own, other, bar) =>
    atLeast(name, rate[own] / rate[other], bar, {
      detail: `${rate[own].toFixed(0)} a second against ${rate[other].toFixed(0)}`,
    });
  return [
    row(
      "HTTP function, several invocations per environment ÷ bare node:http",
      "several",
      "bare",
      0.4,
    ),
    row("HTTP function, one invocation at a time ÷ bare node:http", "one", "bare", 0.4),
    row("static file ÷ sirv in production mode", "file", "sirv", 0.5),
    row("new sockets ÷ bare ws", "sockets", "bareSockets", 0.7),
  ];
}

async function perSecond(client, url) {
  const script = fileURLToPath(new URL(`load/${client}.mjs`, import.meta.url));
  const told = await runScript(script, [url, String(connections), String(seconds)]);
  return (told.responses ?? told.sockets) / told.seconds;
}
