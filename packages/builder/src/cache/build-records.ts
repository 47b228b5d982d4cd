import { dirname, join } from "node:path";
import type { Diagnostic } from "@arclet/manifest";
import type { BuiltFunction } from "../built-function.ts";
import { BundleSources } from "./bundle-sources.ts";
import { FileStamps, isSettled } from "./file-stamps.ts";
import { readKept, writeKept } from "./kept-file.ts";
import { toolStamp } from "./tool-stamp.ts";

/** A cached build that is still valid. */
export interface KeptBuild {
  readonly built: BuiltFunction;
  /** Warnings. */
  readonly diagnostics: readonly Diagnostic[];
}

/** A finished build. */
export interface MadeBuild extends KeptBuild {
  /** The build's inputs. */
  readonly request: string;
  /** Time at which its first source was read, in epoch milliseconds. */
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
  readonly request: string;
  /** Places in `stamps`. */
  readonly depends: readonly number[];
}

interface KeptRecords {
  readonly tool: string;
  /** Paths and stamps, shared because functions have most dependencies in common. */
  readonly stamps: readonly (readonly [path: string, stamp: string])[];
  /** By function. */
  readonly builds: Readonly<Record<string, BuildRecord>>;
}

/** Delay before writing, so that the builds of one round are written together. */
const writeAfterMs = 50;

/**
 * A cache of earlier builds, so that a start in an unchanged project builds nothing. A record is valid only while
 * every file and folder it depends on, and every file of the build folder, is unchanged. In doubt it is
 * discarded.
 */
export class BuildRecords {
  readonly #file: string;
  readonly #tool = toolStamp();
  #kept: KeptRecords | null = null;
  #stamps: FileStamps | null = null;
  /** Not written yet, with the stamps of their build folders. */
  readonly #made = new Map<
    string,
    { readonly build: MadeBuild; readonly outputs: readonly Stamped[] }
  >();
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  /** @param directory Absolute. */
  constructor(directory: string) {
    this.#file = join(directory, "builds.json");
  }

  /**
   * Returns null if the function must be built. Synchronous, so that all functions of an app are looked up in one
   * turn of the event loop, in which each path is checked once.
   */
  find(functionId: string, request: string): KeptBuild | null {
    this.#kept ??= this.#read();
    const record = this.#kept.builds[functionId];
    if (record === undefined || record.request !== request) return null;
    const stamps = this.#stampsOfThisTurn();
    for (const place of record.depends) {
      const [path, stamp] = this.#kept.stamps[place] ?? nothing;
      if (stamps.of(path) !== stamp) return null;
    }
    return { built: record.built, diagnostics: record.diagnostics };
  }

  /** Stores a build, unless a source changed so recently that its stamp may not show it. */
  keep(functionId: string, build: MadeBuild): void {
    const stamps = new FileStamps();
    // Additional files in its folders would also be shipped.
    const outputs = new Set([...build.outputs, ...build.outputs.map((path) => dirname(path))]);
    this.#made.set(functionId, {
      build,
      outputs: Array.from(outputs, (path) => [path, stamps.of(path)] as const),
    });
    this.#timer ??= setTimeout(() => this.#write(), writeAfterMs).unref();
  }

  /** Writes pending records. */
  async close(): Promise<void> {
    this.#write();
    await this.#writing;
  }

  #read(): KeptRecords {
    const kept = readKept(this.#file, this.#tool) as KeptRecords | null;
    return kept ?? { tool: this.#tool, stamps: [], builds: {} };
  }

  #stampsOfThisTurn(): FileStamps {
    if (this.#stamps === null) {
      this.#stamps = new FileStamps();
      setImmediate(() => (this.#stamps = null));
    }
    return this.#stamps;
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#made.size === 0) return;
    const made = [...this.#made];
    this.#made.clear();
    this.#writing = this.#writing.then(async () => {
      // Another process may have written in the meantime: keep its records too.
      await writeKept(this.#file, JSON.stringify(withBuilds(this.#read(), made)));
    });
  }
}

type Stamped = readonly [path: string, stamp: string];

/** Stamp for an index missing from a damaged file; it matches no path. */
const nothing: Stamped = ["", "?"];

function withBuilds(
  kept: KeptRecords,
  made: readonly (readonly [
    functionId: string,
    { readonly build: MadeBuild; readonly outputs: readonly Stamped[] },
  ])[],
): KeptRecords {
  const places = new Map<string, number>();
  const stamps: Stamped[] = [];
  const placeOf = ([path, stamp]: Stamped): number => {
    const key = `${path}\n${stamp}`;
    const known = places.get(key);
    if (known !== undefined) return known;
    places.set(key, stamps.length);
    return stamps.push([path, stamp]) - 1;
  };
  const builds: Record<string, BuildRecord> = {};
  const replaced = new Set(made.map(([functionId]) => functionId));
  for (const [functionId, record] of Object.entries(kept.builds)) {
    if (replaced.has(functionId)) continue;
    const depends = record.depends.map((place) => kept.stamps[place] ?? nothing);
    builds[functionId] = { ...record, depends: depends.map(placeOf) };
  }
  const found = new FileStamps();
  const sources = new BundleSources(found);
  for (const [functionId, { build, outputs }] of made) {
    const stamped = stampedSources(build, sources, found);
    if (stamped === null) continue;
    const { built, diagnostics, request } = build;
    builds[functionId] = {
      built,
      diagnostics,
      request,
      depends: [...outputs, ...stamped].map(placeOf),
    };
  }
  return { tool: kept.tool, stamps, builds };
}

/** null if the build's dependencies cannot be determined. */
function stampedSources(
  build: MadeBuild,
  sources: BundleSources,
  found: FileStamps,
): readonly Stamped[] | null {
  const paths = sources.of(build);
  if (paths === null) return null;
  const stamped: Stamped[] = [];
  for (const path of paths) {
    const stats = found.stats(path);
    if (stats !== null && !isSettled(stats, build.startedAt)) return null;
    stamped.push([path, found.of(path)]);
  }
  return stamped;
}
