// A bare `node:http` server that answers with the same bytes each time, or sirv as it serves in production.
//   node bare-http.mjs [folder that sirv serves]
import { createServer } from "node:http";
import process from "node:process";

const [folder] = process.argv.slice(2);
const body = JSON.stringify({ greeting: "hello from the benchmark" });
const listener = folder === undefined ? answer : await serveFiles(folder);
const server = createServer(listener).listen(0, "127.0.0.1", () => {
  process.send({ url: `http://127.0.0.1:${server.address().port}` });
});
process.on("disconnect", () => process.exit(0));

function answer(_request, response) {
  response.writeHead(200, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
  });
  response.end(body);
}

async function serveFiles(directory) {
  const { default: sirv } = await import("sirv");
  return sirv(directory, { etag: true });
}
