import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Diagnostic } from "@arclet/manifest";
import type { BuiltFunction } from "./built-function.ts";
import { sourcesOf } from "./bundle-sources.ts";
import { systemErrorCode } from "./errors.ts";
import { FileStamps, isSettled } from "./file-stamps.ts";

/** A good build of an earlier run that would come out the same today. */
export interface KeptBuild {
  readonly built: BuiltFunction;
  /** Warnings. */
  readonly diagnostics: readonly Diagnostic[];
}

/** A build as it was made. */
export interface MadeBuild extends KeptBuild {
  /** When its first source was read; `Date.now()`. */
  readonly startedAt: number;
  /** Absolute project folder. */
  readonly root: string;
  /** Absolute files, without symbolic links. */
  readonly inputs: readonly string[];
  /** Absolute folders whose files went beside the bundle. */
  readonly folders: readonly string[];
  /** Absolute paths of the files in the build folder. */
  readonly outputs: readonly string[];
}

interface BuildRecord extends KeptBuild {
  /** The program that made it. */
  readonly tool: string;
  /** What was asked for. */
  readonly request: string;
  /** Stamps by path. */
  readonly sources: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
}

/**
 * What earlier runs built, so that a start in an unchanged project builds nothing. A record counts
 * only while the system shows every file and folder it depends on, and every file of the build folder,
 * untouched since. In doubt there is no record.
 */
export class BuildRecords {
  readonly #directory: string;
  #tool: string | null = null;
  #stamps: FileStamps | null = null;

  /** @param directory Absolute. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * null when the function has to be built. Does not wait for anything, so that the functions of an app
   * are looked up in one turn of the event loop, in which each path is looked at once.
   */
  find(functionId: string, request: string): KeptBuild | null {
    const record = readRecord(this.#fileOf(functionId));
    if (record === null || record.request !== request || record.tool !== this.#toolStamp()) {
      return null;
    }
    const stamps = this.#stampsOfThisTurn();
    for (const [path, stamp] of [
      ...Object.entries(record.outputs),
      ...Object.entries(record.sources),
    ]) {
      if (stamps.of(path) !== stamp) return null;
    }
    return { built: record.built, diagnostics: record.diagnostics };
  }

  /** Keeps what was built, unless a source changed so recently that its stamp cannot tell. */
  async keep(functionId: string, request: string, made: MadeBuild): Promise<void> {
    try {
      const record = this.#recordOf(request, made);
      if (record !== null) await writeRecord(this.#fileOf(functionId), record);
    } catch (error) {
      // What the system refuses (a full disk, a folder that may not be read) costs a build at the next
      // start, and no more.
      if (systemErrorCode(error) === null) throw error;
    }
  }

  #recordOf(request: string, made: MadeBuild): BuildRecord | null {
    const { built, diagnostics, startedAt } = made;
    const stamps = new FileStamps();
    const sources = sourcesOf(made, stamps);
    if (sources === null) return null;
    const sourceStamps: Record<string, string> = {};
    for (const path of sources) {
      const found = stamps.stats(path);
      if (found !== null && !isSettled(found, startedAt)) return null;
      sourceStamps[path] = stamps.of(path);
    }
    const outputs = new Set([
      ...made.outputs,
      // More files than these would be shipped as well.
      ...made.outputs.map((path) => dirname(path)),
    ]);
    return {
      tool: this.#toolStamp(),
      request,
      sources: sourceStamps,
      outputs: Object.fromEntries(Array.from(outputs, (path) => [path, stamps.of(path)])),
      built,
      diagnostics,
    };
  }

  #fileOf(functionId: string): string {
    return join(this.#directory, `${functionId}.json`);
  }

  #stampsOfThisTurn(): FileStamps {
    if (this.#stamps === null) {
      this.#stamps = new FileStamps();
      setImmediate(() => (this.#stamps = null));
    }
    return this.#stamps;
  }

  #toolStamp(): string {
    this.#tool ??= describeTool();
    return this.#tool;
  }
}

/** Changes with the code of this package (or of the bundle it is in), and with esbuild's version. */
function describeTool(): string {
  const stamps = new FileStamps();
  const folder = dirname(fileURLToPath(import.meta.url));
  const esbuild = createRequire(import.meta.url).resolve("esbuild/package.json");
  return [...readdirSync(folder).map((name) => join(folder, name)), esbuild]
    .map((path) => stamps.of(path))
    .join("\n");
}

function readRecord(file: string): BuildRecord | null {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as BuildRecord;
  } catch {
    // Never written, or damaged: the function is built.
    return null;
  }
}

async function writeRecord(file: string, record: BuildRecord): Promise<void> {
  const draft = `${file}.${randomUUID()}.tmp`;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(draft, JSON.stringify(record));
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
