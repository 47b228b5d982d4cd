type Awaitable<Value> = Value | Promise<Value>;

/** A runtime that functions name with `runtime` in `@aws` or `config.arc`. */
export interface PluginRuntime {
  readonly name: string;
  /** Architect's word for how it works; not needed here. */
  readonly type?: "transpiled" | "compiled";
  /** Lambda's runtime that runs what is built: `nodejs22.x`. */
  readonly baseRuntime: string;
  /** Folder, relative to the project, into which `sandbox.start` and `deploy.start` of the plugin build. */
  readonly buildFolder?: string;
  /** Writes what is to run into `output`, before each build of a function. */
  compile?(target: CompileTarget): Awaitable<void>;
}

export interface CompileTarget {
  readonly functionId: string;
  /** Absolute source folder. */
  readonly source: string;
  /** Absolute folder, empty; what it holds then is built as a function of `baseRuntime`. */
  readonly output: string;
}
