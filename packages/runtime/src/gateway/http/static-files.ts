import { realpath } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join, sep } from "node:path";
import type { StaticFiles as StaticFilesModel } from "@arclet/manifest";
import sirv from "sirv";

/** The folder of static files, at `/_static/` and where no route matches. */
export class StaticFiles {
  readonly #folder: string;
  readonly #isSpa: boolean;
  readonly #serve: ReturnType<typeof sirv>;

  constructor(root: string, model: StaticFilesModel) {
    this.#folder = join(root, model.folder);
    this.#isSpa = model.spa;
    this.#serve = sirv(this.#folder, { dev: true, etag: true, dotfiles: true, single: model.spa });
  }

  /** Resolves false, with nothing written, when there is no such file. `path` as sent. */
  async handle(request: IncomingMessage, response: ServerResponse, path: string): Promise<boolean> {
    const decoded = safePath(path);
    if (decoded === null || !(await this.#isInside(decoded))) return false;
    return new Promise((resolve) => {
      response.once("close", () => resolve(true));
      // The server reads the path off the request.
      request.url = path;
      this.#serve(request, response, () => resolve(false));
    });
  }

  /** Follows symbolic links: none may lead out of the folder. */
  async #isInside(path: string): Promise<boolean> {
    const folder = await realpathOf(this.#folder);
    if (folder === null) return false;
    const trimmed = path.replace(/\/+$/, "");
    const names = ["", ".html", ".htm", "/index.html", "/index.htm"];
    const found = await Promise.all(
      names.map((name) => realpathOf(join(this.#folder, trimmed + name))),
    );
    const files = found.filter((file) => file !== null);
    if (files.length === 0) return this.#isSpa;
    return files.every((file) => file === folder || file.startsWith(folder + sep));
  }
}

/** Null: the path leaves the folder, hides something or cannot be a file's. */
function safePath(path: string): string | null {
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    return null;
  }
  if (decoded.includes("\0") || decoded.includes("\\")) return null;
  const segments = decoded.split("/");
  const isHidden = segments.some((name) => name.startsWith(".") && name !== ".well-known");
  return isHidden ? null : decoded;
}

async function realpathOf(path: string): Promise<string | null> {
  try {
    return await realpath(path);
  } catch {
    // Not there, or not to be read: no file for the caller either way.
    return null;
  }
}
