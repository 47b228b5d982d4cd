import { stat } from "node:fs/promises";
import { systemErrorCode } from "@arclet/manifest";

/** A save often causes several events (write, rename, times) within this time. */
const batchMs = 2;

type FileState = "written" | "empty" | "missing" | "no file";

/** Collects events into batches of changed files. */
export class SettledChanges {
  readonly #onChange: (paths: ReadonlySet<string>) => void;
  readonly #onError: (error: unknown) => void;
  readonly #halfSavedMs: number;
  #pending = new Set<string>();
  #timer: NodeJS.Timeout | null = null;
  readonly #halfSaved = new Map<string, NodeJS.Timeout>();
  /** Modification times of files as they were reported. */
  readonly #reported = new Map<string, number>();
  #isClosed = false;

  constructor(
    onChange: (paths: ReadonlySet<string>) => void,
    onError: (error: unknown) => void,
    halfSavedMs: number,
  ) {
    this.#onChange = onChange;
    this.#onError = onError;
    this.#halfSavedMs = halfSavedMs;
  }

  /** Records an event for an absolute path. */
  add(path: string): void {
    if (this.#isClosed) return;
    this.#pending.add(path);
    this.#timer ??= setTimeout(() => {
      this.#flush().catch(this.#onError);
    }, batchMs);
  }

  /** Reports a file unless its current state was already reported, for events that the system may have lost. */
  async addUnreported(path: string): Promise<void> {
    const found = await stat(path).catch(() => null);
    if (found?.isFile() === true && this.#reported.get(path) !== found.mtimeMs) this.add(path);
  }

  close(): void {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    for (const timer of this.#halfSaved.values()) clearTimeout(timer);
    this.#halfSaved.clear();
  }

  async #flush(): Promise<void> {
    const paths = [...this.#pending];
    this.#pending = new Set();
    this.#timer = null;
    const states = await Promise.all(paths.map((path) => this.#stateOf(path)));
    const written = paths.filter((path, index) => this.#settle(path, states[index] ?? "no file"));
    if (written.length > 0 && !this.#isClosed) this.#onChange(new Set(written));
  }

  /** Whether the change can be reported now. */
  #settle(path: string, state: FileState): boolean {
    if (state === "no file") return false;
    if (state === "written") {
      clearTimeout(this.#halfSaved.get(path));
      this.#halfSaved.delete(path);
      return true;
    }
    if (!this.#isClosed && !this.#halfSaved.has(path)) {
      this.#halfSaved.set(
        path,
        setTimeout(() => {
          this.#halfSaved.delete(path);
          this.#tellLate(path).catch(this.#onError);
        }, this.#halfSavedMs),
      );
    }
    return false;
  }

  async #tellLate(path: string): Promise<void> {
    const state = await this.#stateOf(path);
    if (state !== "no file" && !this.#isClosed) this.#onChange(new Set([path]));
  }

  async #stateOf(path: string): Promise<FileState> {
    try {
      const found = await stat(path);
      if (!found.isFile()) return "no file";
      this.#reported.set(path, found.mtimeMs);
      return found.size === 0 ? "empty" : "written";
    } catch (error) {
      return systemErrorCode(error) === "ENOENT" ? "missing" : "no file";
    }
  }
}
