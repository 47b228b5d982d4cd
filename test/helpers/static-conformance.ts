import { once } from "node:events";
import { request, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { buffer } from "node:stream/consumers";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";

const script = 'export const greeting = "hello";\n'.repeat(20);

/** Files of the folder that both places serve. */
export const staticFiles: Readonly<Record<string, string | Uint8Array>> = {
  "index.html": "<title>Home</title>",
  "404.html": "<title>Nothing here</title>",
  "about/index.html": "<title>About</title>",
  "contact.html": "<title>Contact</title>",
  "digits.txt": "0123456789",
  "empty.txt": "",
  "a#b.txt": "hash",
  "50%.txt": "per cent",
  "a+b c.txt": "plus and space",
  "q?.txt": "question",
  "grüße.txt": "unicode",
  "favicon.ico": Buffer.from([0, 0, 1, 0]),
  "module.mjs": "export {}",
  "style.css": "p{}",
  "data.json": "{}",
  "picture.svg": "<svg/>",
  "app.webmanifest": "{}",
  "code.wasm": Buffer.from([0, 0x61, 0x73, 0x6d]),
  "packed.js": script,
  "packed.js.br": brotliCompressSync(script),
  "packed.js.gz": gzipSync(script),
  "stale.js": "new",
  "stale.js.br": brotliCompressSync("old"),
  ".well-known/security.txt": "Contact: mailto:me@example.com",
  ".env": "SECRET=1",
  ".git/config": "[core]",
  ".npmrc": "token",
  "deep/.hidden": "hidden",
  "drafts/page.txt": "not yet",
};

/** Lines below `@static` that the app of the suite has. */
export const staticSettings = "ignore\n  drafts";

export interface StaticPlace {
  /** `http://127.0.0.1:3333` */
  readonly origin: string;
  /** The host that the requests name; the origin's by default. */
  readonly host?: string;
}

interface Received {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
}

interface Sending {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends a path exactly as it is written. */
async function send(place: StaticPlace, path: string, options: Sending = {}): Promise<Received> {
  const { hostname, port, host } = new URL(place.origin);
  const { method = "GET", headers = {} } = options;
  const call = request({
    hostname,
    port,
    path,
    method,
    headers: { host: place.host ?? host, ...headers },
  });
  const [response] = (await once(call.end(), "response")) as [IncomingMessage];
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    bytes: await buffer(response),
  };
}

/** What whoever serves static files does, locally and on AWS. */
export function describeStaticServing(name: string, place: () => StaticPlace): void {
  const get = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Received> =>
    send(place(), path, { headers });

  describe(`static files, ${name}`, () => {
    test.each([
      ["/", "index.html"],
      ["/_static/index.html", "index.html"],
      ["/about", "about/index.html"],
      ["/about/", "about/index.html"],
      ["/_static/about/", "about/index.html"],
      ["/contact", "contact.html"],
      ["/digits.txt?version=2", "digits.txt"],
      ["/a%23b.txt", "a#b.txt"],
      ["/50%25.txt", "50%.txt"],
      ["/a+b%20c.txt", "a+b c.txt"],
      ["/_static/a%2Bb%20c.txt", "a+b c.txt"],
      ["/q%3F.txt", "q?.txt"],
      ["/gr%C3%BC%C3%9Fe.txt", "grüße.txt"],
      ["/.well-known/security.txt", ".well-known/security.txt"],
      ["/empty.txt", "empty.txt"],
    ])("%s is %s", async (path, file) => {
      const { status, bytes } = await get(path);
      expect(bytes.toString()).toBe(staticFiles[file]);
      expect(status).toBe(200);
    });

    test.each([
      ["index.html", "text/html; charset=utf-8"],
      ["style.css", "text/css; charset=utf-8"],
      ["module.mjs", "text/javascript; charset=utf-8"],
      ["digits.txt", "text/plain; charset=utf-8"],
      ["data.json", "application/json; charset=utf-8"],
      ["picture.svg", "image/svg+xml; charset=utf-8"],
      ["app.webmanifest", "application/manifest+json; charset=utf-8"],
      ["code.wasm", "application/wasm"],
      ["favicon.ico", "image/vnd.microsoft.icon"],
    ])("%s is %s", async (file, type) => {
      const { headers } = await get(`/_static/${file}`);
      expect(headers["content-type"]).toBe(type);
    });

    test.each([
      "/nothing.txt",
      "/_static/nothing.txt",
      "/.env",
      "/_static/.env",
      "/.git/config",
      "/.npmrc",
      "/deep/.hidden",
      "/drafts/page.txt",
      "/%2e%2e/package.json",
      "/..%2fpackage.json",
      "/..%5cpackage.json",
      "/about%2f..%2f.env",
      "/constructor",
    ])("%s is 404.html, and 404", async (path) => {
      const { status, headers, bytes } = await get(path);
      expect([status, bytes.toString()]).toEqual([404, staticFiles["404.html"]]);
      expect(headers["content-type"]).toBe("text/html; charset=utf-8");
    });

    test("a file is asked for each time, and 304 while it is the same", async () => {
      const first = await get("/digits.txt");
      expect(first.headers["cache-control"]).toBe("public, max-age=0, must-revalidate");
      const { etag = "", "last-modified": modified = "" } = first.headers;
      expect(etag).toMatch(/^"[^"]+"$/);
      for (const tags of [etag, `W/${etag}`, `"a,b", ${etag}`, "*"]) {
        const again = await get("/digits.txt", { "if-none-match": tags });
        expect([again.status, again.bytes.length, again.headers.etag]).toEqual([304, 0, etag]);
      }
      expect((await get("/digits.txt", { "if-none-match": '"other"' })).status).toBe(200);
      const later = { "if-modified-since": modified };
      expect((await get("/digits.txt", later)).status).toBe(304);
      // A tag decides alone.
      expect((await get("/digits.txt", { ...later, "if-none-match": '"other"' })).status).toBe(200);
      const before = { "if-modified-since": "Sat, 01 Jan 2000 00:00:00 GMT" };
      expect((await get("/digits.txt", before)).status).toBe(200);
      expect((await get("/digits.txt", { "if-match": '"other"' })).status).toBe(412);
    });

    test.each([
      ["bytes=0-3", "0123", "bytes 0-3/10"],
      ["bytes=4-", "456789", "bytes 4-9/10"],
      ["bytes=-5", "56789", "bytes 5-9/10"],
      ["bytes=-50", "0123456789", "bytes 0-9/10"],
      ["bytes=8-99", "89", "bytes 8-9/10"],
      ["BYTES=9-9", "9", "bytes 9-9/10"],
    ])("the range %s is a part", async (range, text, contentRange) => {
      const part = await get("/digits.txt", { range });
      expect([part.status, part.bytes.toString(), part.headers["content-range"]]).toEqual([
        206,
        text,
        contentRange,
      ]);
      expect(part.headers["content-length"]).toBe(String(text.length));
    });

    test.each(["bytes=10-", "bytes=99-100", "bytes=-0"])("the range %s is 416", async (range) => {
      const { status, headers } = await get("/digits.txt", { range });
      expect([status, headers["content-range"]]).toEqual([416, "bytes */10"]);
    });

    test.each(["bytes=0-1,4-5", "bytes=5-2", "bytes=", "bytes=a-b", "bytes=-", "lines=0-1"])(
      "the range %s is the whole file",
      async (range) => {
        const { status, bytes } = await get("/digits.txt", { range });
        expect([status, bytes.toString()]).toEqual([200, "0123456789"]);
      },
    );

    test("a part is sent only of the file that the client has", async () => {
      const { headers } = await get("/digits.txt");
      const ask = async (ifRange: string): Promise<number> =>
        (await get("/digits.txt", { range: "bytes=0-1", "if-range": ifRange })).status;
      expect(await ask(headers.etag ?? "")).toBe(206);
      expect(await ask(headers["last-modified"] ?? "")).toBe(206);
      expect(await ask('"other"')).toBe(200);
      expect(await ask(`W/${headers.etag ?? ""}`)).toBe(200);
      expect(await ask("Sat, 01 Jan 2000 00:00:00 GMT")).toBe(200);
    });

    test("HEAD has the headers and no body", async () => {
      const { status, headers, bytes } = await send(place(), "/digits.txt", { method: "HEAD" });
      expect([status, headers["content-type"], bytes.length]).toEqual([
        200,
        "text/plain; charset=utf-8",
        0,
      ]);
      expect(headers.etag).toBe((await get("/digits.txt")).headers.etag);
    });

    test("other methods are not answered with a file", async () => {
      const { status, bytes } = await send(place(), "/digits.txt", { method: "POST" });
      expect([status, bytes.toString()]).toEqual([404, '{"message":"Not Found"}']);
    });

    test.each([
      ["br", "br", "packed.js.br"],
      ["gzip, deflate, br", "br", "packed.js.br"],
      ["gzip", "gzip", "packed.js.gz"],
      ["br;q=0, gzip;q=0.5", "gzip", "packed.js.gz"],
      ["identity", undefined, "packed.js"],
      ["br;q=0, *;q=0", undefined, "packed.js"],
    ])("who accepts %s gets the file that lies beside it", async (accepted, encoding, file) => {
      const { headers, bytes } = await get("/packed.js", { "accept-encoding": accepted });
      expect([headers["content-encoding"], headers["vary"], headers["content-type"]]).toEqual([
        encoding,
        "accept-encoding",
        "text/javascript; charset=utf-8",
      ]);
      expect(bytes.equals(Buffer.from(staticFiles[file] ?? ""))).toBe(true);
    });

    test("an encoded file of an earlier build is not sent for the newer one", async () => {
      const { headers, bytes } = await get("/stale.js", { "accept-encoding": "br" });
      expect([headers["content-encoding"], bytes.toString()]).toEqual([undefined, "new"]);
    });
  });
}
