import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, request, type IncomingHttpHeaders } from "node:http";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  startGateway,
  type GatewayHarness,
  type GatewayHarnessOptions,
} from "../gateway-harness.ts";

const files = {
  "public/index.html": "<title>Home</title>",
  "public/app.css": "body { color: teal }",
  "public/deep/data.json": '{"deep":true}',
  "public/.secret": "hidden",
  "private.txt": "outside",
};

async function startWithFiles(options: GatewayHarnessOptions = {}): Promise<GatewayHarness> {
  const root = await mkdtemp(join(tmpdir(), "arclet-static-"));
  onTestFinished(() => rm(root, { recursive: true }));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  return startGateway({ root, staticFiles: {}, ...options });
}

describe("static files", () => {
  test.each([
    ["/_static/app.css", "text/css", files["public/app.css"]],
    ["/app.css", "text/css", files["public/app.css"]],
    ["/_static/deep/data.json", "application/json", files["public/deep/data.json"]],
    ["/", "text/html", files["public/index.html"]],
  ])("%s is %s", async (path, type, body) => {
    const { url } = await startWithFiles();
    const answer = await fetch(url + path);
    expect([answer.status, answer.headers.get("content-type")?.split(";")[0]]).toEqual([200, type]);
    expect(await answer.text()).toBe(body);
  });

  test("are at / only where no route is", async () => {
    const { url } = await startWithFiles({
      routes: ["get /", "get /app.css"],
      functions: {
        "get /": () => "from the function",
        "get /app.css": () => ({ statusCode: 418 }),
      },
    });
    expect(await (await fetch(url)).text()).toContain("from the function");
    expect((await fetch(`${url}/app.css`)).status).toBe(418);
    expect((await fetch(`${url}/_static/app.css`)).status).toBe(200);
  });

  test("come before a greedy route that only covers them, and after any other", async () => {
    const { url } = await startWithFiles({
      routes: ["any /*", "get /_static/mine.css", "get /:one/:two"],
      functions: {
        "any /*": () => "greedy",
        "get /_static/mine.css": () => "mine",
        "get /:one/:two": () => "two",
      },
    });
    const bodyOf = async (path: string, init?: RequestInit): Promise<string> =>
      (await fetch(url + path, init)).text();
    expect(await bodyOf("/_static/deep/data.json")).toBe(files["public/deep/data.json"]);
    expect((await fetch(`${url}/_static/deep/absent.json`)).status).toBe(404);
    expect(await bodyOf("/_static/mine.css")).toBe("mine");
    // As on API Gateway: variables that match in full come before a greedy one.
    expect(await bodyOf("/_static/app.css")).toBe("two");
    expect(await bodyOf("/_static/deep/data.json", { method: "POST" })).toBe("greedy");
    expect(await bodyOf("/elsewhere")).toBe("greedy");
  });

  test("that have not changed are 304, and parts of one 206", async () => {
    const { url } = await startWithFiles();
    const first = await fetch(`${url}/_static/app.css`);
    const etag = first.headers.get("etag") ?? "";
    const again = await fetch(`${url}/_static/app.css`, { headers: { "if-none-match": etag } });
    expect([again.status, await again.text()]).toEqual([304, ""]);
    const part = await fetch(`${url}/_static/app.css`, { headers: { range: "bytes=0-3" } });
    expect([part.status, await part.text()]).toEqual([206, "body"]);
  });

  test("have no body for HEAD, and no other method", async () => {
    const { url } = await startWithFiles();
    const head = await fetch(`${url}/_static/app.css`, { method: "HEAD" });
    expect([head.status, head.headers.get("content-length"), await head.text()]).toEqual([
      200,
      String(files["public/app.css"].length),
      "",
    ]);
    expect((await fetch(`${url}/_static/app.css`, { method: "POST" })).status).toBe(404);
  });

  test.each(["/_static/nothing.css", "/.secret", "/_static/.secret", "/_static/..%2fprivate.txt"])(
    "%s is 404",
    async (path) => {
      const { url } = await startWithFiles();
      expect((await fetch(url + path)).status).toBe(404);
    },
  );

  test("files too large for memory are sent whole and in parts", async () => {
    const root = await mkdtemp(join(tmpdir(), "arclet-static-"));
    onTestFinished(() => rm(root, { recursive: true }));
    await mkdir(join(root, "public"));
    const bytes = Buffer.alloc(5 * 1024 * 1024, "0123456789");
    await writeFile(join(root, "public/large.bin"), bytes);
    const { url } = await startGateway({ root, staticFiles: {} });
    const whole = await fetch(`${url}/large.bin`);
    expect(Buffer.from(await whole.arrayBuffer()).equals(bytes)).toBe(true);
    const part = await fetch(`${url}/large.bin`, { headers: { range: "bytes=-5" } });
    expect([part.status, await part.text()]).toEqual([206, bytes.subarray(-5).toString()]);
  });

  test("of a single page app are its page where nothing else is", async () => {
    const { url } = await startWithFiles({ staticFiles: { spa: true } });
    const answer = await fetch(`${url}/any/where`);
    expect([answer.status, await answer.text()]).toEqual([200, files["public/index.html"]]);
    expect((await fetch(`${url}/any/where.js`)).status).toBe(404);
  });

  test("are none when the manifest switches them off", async () => {
    const { url } = await startWithFiles({ staticFiles: null });
    expect((await fetch(`${url}/_static/app.css`)).status).toBe(404);
  });
});

interface Forwarded {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A server behind `@proxy` that keeps what it gets. */
async function startUpstream(): Promise<{ url: string; requests: Forwarded[] }> {
  const requests: Forwarded[] = [];
  const server = createServer((incoming, response) => {
    void text(incoming).then((body) => {
      const { method, url, headers } = incoming;
      requests.push({ method, url, headers, body });
      response.writeHead(201, { "x-upstream": "yes" }).end("from upstream");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, requests };
}

describe("@proxy", () => {
  test("gets what neither a route nor a file takes, with method, headers and body", async () => {
    const upstream = await startUpstream();
    const { url } = await startWithFiles({
      proxy: `${upstream.url}/base/`,
      routes: ["get /own"],
    });
    expect((await fetch(`${url}/own`)).status).toBe(200);
    expect((await fetch(`${url}/app.css`)).status).toBe(200);
    const answer = await fetch(`${url}/other?x=1`, {
      method: "POST",
      body: "hello",
      headers: { "x-mine": "kept", "x-forwarded-for": "6.6.6.6" },
    });
    expect([answer.status, answer.headers.get("x-upstream"), await answer.text()]).toEqual([
      201,
      "yes",
      "from upstream",
    ]);
    expect(upstream.requests).toHaveLength(1);
    expect(upstream.requests[0]).toMatchObject({
      method: "POST",
      url: "/base/other?x=1",
      body: "hello",
      headers: {
        host: new URL(upstream.url).host,
        "x-mine": "kept",
        // A stranger's claim is not handed on.
        "x-forwarded-for": "127.0.0.1",
        "x-forwarded-host": new URL(url).host,
      },
    });
  });

  test("does not get the paths of static files", async () => {
    const upstream = await startUpstream();
    const { url } = await startWithFiles({ proxy: upstream.url });
    expect((await fetch(`${url}/_static/nothing.css`)).status).toBe(404);
    expect(upstream.requests).toEqual([]);
  });

  test("is 502 if the target does not listen", async () => {
    const { url } = await startWithFiles({ proxy: "http://127.0.0.1:1" });
    expect((await fetch(`${url}/other`)).status).toBe(502);
  });

  test("is let go when the client goes", async () => {
    const gone = new Promise<void>((resolve) => {
      const server = createServer((_incoming, response) => {
        response.write("begun");
        response.once("close", () => {
          server.close();
          resolve();
        });
      });
      server.listen(0, "127.0.0.1", () => {
        const address = server.address();
        const port = typeof address === "object" && address !== null ? address.port : 0;
        void startWithFiles({ proxy: `http://127.0.0.1:${port}` }).then(({ url }) => {
          const call = request(`${url}/stream`, (answer) => {
            answer.once("data", () => call.destroy());
            answer.once("error", () => {});
          });
          call.once("error", () => {});
          call.end();
        });
      });
    });
    await expect(gone).resolves.toBeUndefined();
  });
});
