type Awaitable<Value> = Value | Promise<Value>;

/** A runtime that functions name with `runtime` in `@aws` or `config.arc`. */
export interface PluginRuntime {
  readonly name: string;
  /** Architect's kind of runtime; Arclet ignores it. */
  readonly type?: "transpiled" | "compiled";
  /** Lambda runtime for the built code, such as `nodejs22.x`. */
  readonly baseRuntime: string;
  /** Folder, relative to the project, into which `sandbox.start` and `deploy.start` of the plugin build. */
  readonly buildFolder?: string;
  /** Compiles a function into `output`. Called before each build of it. */
  compile?(target: CompileTarget): Awaitable<void>;
}

export interface CompileTarget {
  readonly functionId: string;
  /** Absolute source folder. */
  readonly source: string;
  /** Absolute path of an empty folder. Its contents are then built as a function of `baseRuntime`. */
  readonly output: string;
}
