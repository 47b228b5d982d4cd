import { stat } from "node:fs/promises";
import { systemErrorCode, type Diagnostic, type Project } from "@arclet/manifest";
import type { Runtime, TrafficEvent } from "@arclet/runtime";
import { CliError, isUserError } from "../errors.ts";
import type { PluggedResult } from "../plugins/plugged-project.ts";
import type { SandboxPlugins } from "../plugins/sandbox-plugins.ts";
import type { BuildRound, FunctionBuilds } from "../project/function-builds.ts";
import type { ProjectBuilder } from "../project/project-builder.ts";
import { ReportedDiagnostics } from "../project/reported-diagnostics.ts";
import { mergeSaved, type SavedFiles } from "../project/saved-files.ts";
import { createApp } from "./create-app.ts";
import { readDevProject, type WriteMissing } from "./read-dev-project.ts";
import type { DevEvent } from "./dev-event.ts";
import { describeProjectChange, needsBuild } from "./project-change.ts";
import { SelfWrites, type WriteVerdict } from "./self-writes.ts";

export interface ReloaderOptions {
  /** Absolute project folder. */
  readonly root: string;
  readonly project: Project;
  readonly builder: ProjectBuilder;
  readonly builds: FunctionBuilds;
  readonly runtime: Runtime;
  readonly plugins: SandboxPlugins;
  readonly writeMissing: WriteMissing | null;
  readonly onEvent: (event: DevEvent) => void;
  /** Whether the session is about to close; the bundler may notice an interruption first. */
  readonly isEnding: () => Promise<boolean>;
}

/**
 * Applies saved changes to a running app.
 *
 *     saved ──▶ read the project ──▶ build what it touched ──▶ runtime.update ──▶ report
 *
 * Reloads run one at a time; changes saved meanwhile are collected for the next. An invalid change (a
 * manifest with errors, a function that does not build or load) leaves the running app unchanged.
 */
export class Reloader {
  readonly #options: ReloaderOptions;
  readonly #reported = new ReportedDiagnostics();
  readonly #selfWrites = new SelfWrites();
  /** Functions whose newest code failed to load. */
  readonly #unloadable = new Set<string>();
  #project: Project;
  #saved: SavedFiles | null = null;
  #reloading: Promise<void> | null = null;
  /** Whether the project, as it was read last, does not work. */
  #isProjectBroken = false;
  #isStarted = false;
  #isClosed = false;
  #hasBundlerEnded = false;

  constructor(options: ReloaderOptions) {
    this.#options = options;
    this.#project = options.project;
  }

  /** The project that is running. */
  get project(): Project {
    return this.#project;
  }

  /** Diagnostics reported when the project was first read. */
  reported(diagnostics: readonly Diagnostic[]): void {
    this.#reported.fresh("project", diagnostics);
  }

  /** Starts with the changes saved since the watcher started. */
  start(): void {
    this.#isStarted = true;
    if (this.#saved !== null) this.#begin();
  }

  handleSaved(saved: SavedFiles): void {
    if (this.#isClosed) return;
    this.#saved = mergeSaved(this.#saved, saved);
    if (this.#isStarted) this.#begin();
  }

  /** Records when functions run and which fail to start. */
  observe(event: TrafficEvent): void {
    if (event.type === "invocation-begun")
      this.#selfWrites.begun(event.functionId, event.requestId, Date.now());
    else if (event.type === "invoked") {
      const { functionId, requestId, initDurationMs } = event;
      this.#selfWrites.ended(functionId, requestId, Date.now(), initDurationMs ?? 0);
      if (!event.result.ok && event.result.kind === "init") this.#unloadable.add(event.functionId);
    }
  }

  /** Stops reloading. Resolves when the current reload has ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#reloading;
  }

  #begin(): void {
    this.#reloading ??= this.#reloadAll().finally(() => {
      this.#reloading = null;
    });
  }

  async #reloadAll(): Promise<void> {
    while (this.#saved !== null && !this.#isClosed) {
      const saved = this.#saved;
      this.#saved = null;
      try {
        await this.#reload(saved);
        this.#hasBundlerEnded = false;
      } catch (error) {
        await this.#fail(error, saved);
      }
    }
  }

  async #fail(error: unknown, saved: SavedFiles): Promise<void> {
    if (this.#isClosed || (await this.#options.isEnding())) return;
    if (systemErrorCode(error) === "ERR_BUNDLER_ENDED" && !this.#hasBundlerEnded) {
      // The system killed the bundler, perhaps for lack of memory: try once more.
      this.#hasBundlerEnded = true;
      this.#saved = mergeSaved(saved, this.#saved ?? saved);
      return;
    }
    if (isUserError(error)) this.#options.onEvent({ type: "failed", text: error.message });
    else this.#options.onEvent({ type: "bug", where: "reload", error });
  }

  async #reload(saved: SavedFiles): Promise<void> {
    const { builds, builder, runtime, plugins, onEvent } = this.#options;
    const startedAt = performance.now();
    const before = this.#project;
    if (saved.isProjectChanged) await this.#readAgain();
    const edits = describeProjectChange(before, this.#project);
    const isAnew = edits.length > 0 && builder.update(this.#project);
    const edited = await this.#edited(saved.functions);
    const stale = this.#project.functions.filter(
      (declared) =>
        isAnew ||
        edited.has(declared.id) ||
        !builds.has(declared.id) ||
        needsBuild(before, declared),
    );
    const round = await builds.buildAll(stale, this.#project.functions);
    if (this.#isClosed) return;
    this.#reportBuilds(round);
    const repaired = new Set(round.repaired);
    if (round.needsUpdate || edits.length > 0) {
      const loads = round.changed.map((id) => ({ id, at: Date.now() }));
      for (const { id, at } of loads) this.#selfWrites.begun(id, `load ${at}`, at);
      const failed = await runtime.update(createApp(this.#project, builds, plugins.services, true));
      for (const { id, at } of loads) this.#selfWrites.ended(id, `load ${at}`, Date.now());
      const failedIds = new Set(failed.map(({ functionId }) => functionId));
      const tried = edits.length > 0 ? [...this.#unloadable] : round.changed;
      for (const id of tried)
        if (this.#unloadable.delete(id) && !failedIds.has(id)) repaired.add(id);
      for (const id of failedIds) {
        this.#unloadable.add(id);
        repaired.delete(id);
      }
      const loaded = round.changed.filter((id) => !failedIds.has(id));
      const what = [...edits, ...loaded.filter((id) => !edits.includes(`+ ${id}`))];
      const durationMs = performance.now() - startedAt;
      if (what.length > 0) onEvent({ type: "reloaded", what, durationMs });
    }
    if (repaired.size > 0) onEvent({ type: "repaired", what: [...repaired] });
  }

  #reportBuilds({ diagnostics, failed, unchanged, untouched }: BuildRound): void {
    const { builds, onEvent } = this.#options;
    if (diagnostics.length > 0) onEvent({ type: "diagnostics", diagnostics });
    const news = failed.filter((id) => !unchanged.includes(id) && !untouched.includes(id));
    const kept = news.filter((id) => builds.get(id).ok);
    const broken = news.filter((id) => !builds.get(id).ok);
    if (kept.length > 0) onEvent({ type: "kept", what: namesOf(kept) });
    if (broken.length > 0) onEvent({ type: "broken", what: namesOf(broken) });
    if (unchanged.length > 0) onEvent({ type: "still-broken", what: namesOf(unchanged) });
  }

  /** Functions with edited files, not counting files that the functions themselves write. */
  async #edited(functions: SavedFiles["functions"]): Promise<ReadonlySet<string>> {
    const edited = new Set<string>();
    for (const [functionId, files] of functions) {
      const judged = await Promise.all(files.map((file) => this.#judge(functionId, file)));
      if (files.length === 0 || judged.includes("edit")) edited.add(functionId);
      judged.forEach((verdict, index) => {
        const file = files[index] ?? "";
        if (verdict === "newly muted")
          this.#options.onEvent({ type: "self-written", functionId, file });
      });
    }
    return edited;
  }

  async #judge(functionId: string, file: string): Promise<WriteVerdict> {
    const declared = this.#project.functions.find(({ id }) => id === functionId);
    if (declared === undefined || !file.startsWith(declared.directory)) return "edit";
    // A missing file was removed just now.
    const found = await stat(file).catch(() => null);
    const isNew = !this.#options.builds.inputs(functionId).includes(file);
    return this.#selfWrites.judge(functionId, file, found?.mtimeMs ?? Date.now(), isNew);
  }

  /** Reads the project again. An invalid manifest leaves the previous one in place. */
  async #readAgain(): Promise<void> {
    const { onEvent, plugins } = this.#options;
    const { plugged, diagnostics } = await this.#readPlugged();
    if (this.#isClosed) return;
    const project = plugged?.project ?? null;
    const fresh = this.#reported.fresh("project", diagnostics);
    // A manifest that vanished is being replaced by an editor, or was deleted by mistake.
    const isGone = project?.manifestFile === null && this.#project.manifestFile !== null;
    if (fresh.length > 0 && !isGone) onEvent({ type: "diagnostics", diagnostics: fresh });
    if (plugged === null || project === null || isGone) {
      this.#isProjectBroken = true;
      const what = isGone ? "the manifest is gone" : "manifest";
      if (fresh.length > 0 || diagnostics.length === 0) onEvent({ type: "kept", what });
      return;
    }
    if (this.#isProjectBroken) onEvent({ type: "repaired", what: ["the manifest"] });
    this.#isProjectBroken = false;
    this.#project = project;
    plugins.update(plugged);
  }

  /** A failing plugin leaves the running app unchanged, like a manifest with errors. */
  async #readPlugged(): Promise<PluggedResult> {
    try {
      const { root, writeMissing } = this.#options;
      return await readDevProject(root, {}, writeMissing);
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      this.#options.onEvent({ type: "plugin-failed", text: error.message });
      return { plugged: null, diagnostics: [] };
    }
  }
}

/** Ids of functions for a line of the terminal. */
function namesOf(functionIds: readonly string[]): string {
  return functionIds.length <= 3 ? functionIds.join(", ") : `${functionIds.length} functions`;
}
