import { createReadStream } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import type { StaticFiles as StaticFilesModel } from "@arclet/manifest";
import { nameOfPath, serveStatic, type StaticResponse } from "@arclet/static";
import { withLivereload } from "../livereload.ts";
import { StaticFolder, type FolderFile } from "./static-folder.ts";

/** The folder of static files, at `/_static/` and where no route matches. */
export class StaticFiles {
  readonly #settings: StaticFilesModel;
  readonly #folder: StaticFolder;

  /** With `livereload`, pages get a script that reloads them. */
  constructor(root: string, settings: StaticFilesModel, livereload: boolean) {
    this.#settings = settings;
    this.#folder = new StaticFolder(
      join(root, settings.folder),
      livereload ? (html) => Buffer.from(withLivereload(html.toString("latin1")), "latin1") : null,
    );
  }

  /**
   * Resolves with false, without writing, if there is nothing to send. `path` is as sent. `isLast`: nothing else
   * answers the request, so send `404.html`.
   */
  async handle(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    isLast: boolean,
  ): Promise<boolean> {
    const name = nameOfPath(path);
    if (name === null) return false;
    const { headers } = request;
    const found = await serveStatic(
      {
        method: request.method === "HEAD" ? "HEAD" : "GET",
        name,
        header: (wanted) => {
          const value = headers[wanted];
          return typeof value === "string" ? value : undefined;
        },
      },
      this.#folder,
      this.#settings,
    );
    if (found === null || (found.status === 404 && !isLast)) return false;
    send(response, found);
    return true;
  }
}

function send(
  response: ServerResponse,
  { status, headers, body }: StaticResponse<FolderFile>,
): void {
  response.writeHead(status, headers);
  if (body === null) {
    response.end();
    return;
  }
  const { file, start, end } = body;
  if (file.bytes !== null) {
    response.end(start === 0 && end === file.size ? file.bytes : file.bytes.subarray(start, end));
    return;
  }
  const stream = createReadStream(file.path, { start, end: end - 1 });
  // The file was truncated or removed after its headers were sent.
  stream.once("error", () => response.destroy());
  stream.once("close", () => {
    if (stream.bytesRead < end - start) response.destroy();
  });
  response.once("close", () => stream.destroy());
  stream.pipe(response);
}
