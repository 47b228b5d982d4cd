import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import type { LambdaContext } from "./lambda-context.ts";
import { reportError, runtimeError, type ErrorReport } from "./error-report.ts";

export type HandlerCallback = (error: unknown, result?: unknown) => void;
export type Handler = (
  event: unknown,
  context: LambdaContext,
  callback?: HandlerCallback,
) => unknown;

/** Where the handler is, in terms every strategy can send to where it runs. */
export interface HandlerLocation {
  /** Absolute path of the module. */
  readonly entry: string;
  readonly format: "esm" | "cjs";
  /** Lambda handler string: `index.handler`, `lib/app.nested.handler`. */
  readonly handler: string;
}

export type LoadedHandler =
  | { readonly ok: true; readonly handler: Handler }
  | { readonly ok: false; readonly error: ErrorReport };

const streamingMark = Symbol.for("aws.lambda.runtime.handler.streaming");

/**
 * Loads a handler by the rules of AWS's Node.js runtime client, which looks at what the module exports
 * by name and never into its default export.
 * `version` makes a reload in the same process a new module.
 */
export async function loadHandler(
  location: HandlerLocation,
  version?: string,
): Promise<LoadedHandler> {
  const exportPath = exportPathOf(location.handler);
  if (exportPath === null) return failure("Runtime.MalformedHandlerName", "Bad handler");
  let loaded: unknown;
  try {
    loaded = await loadModule(location, version);
  } catch (error) {
    return { ok: false, error: reportLoadError(error) };
  }
  const handler = findExport(loaded, exportPath);
  if (!handler) {
    return failure("Runtime.HandlerNotFound", `${location.handler} is undefined or not exported`);
  }
  if (typeof handler !== "function") {
    return failure("Runtime.HandlerNotFound", `${location.handler} is not a function`);
  }
  if (streamingMark in handler) {
    return failure(
      "Runtime.StreamingNotSupported",
      `${location.handler} streams its response, which API Gateway does not pass on: return the whole response instead`,
    );
  }
  return { ok: true, handler: handler as Handler };
}

/** `lib/app.nested.handler` → `nested.handler`; null when malformed. The last segment splits at its first dot. */
function exportPathOf(handler: string): string | null {
  if (handler.includes("..")) return null;
  const name = handler.slice(handler.lastIndexOf("/") + 1);
  const dot = name.indexOf(".");
  return dot <= 0 || dot === name.length - 1 ? null : name.slice(dot + 1);
}

async function loadModule(
  location: HandlerLocation,
  version: string | undefined,
): Promise<unknown> {
  if (location.format === "cjs") {
    const require = createRequire(location.entry);
    if (version !== undefined) delete require.cache[location.entry];
    return require(location.entry);
  }
  const url = pathToFileURL(location.entry);
  if (version !== undefined) url.search = version;
  return import(url.href);
}

/** Each key of the path in turn. What is empty on the way, as `0` or `null`, ends it. */
function findExport(loaded: unknown, path: string): unknown {
  let value = loaded;
  for (const key of path.split(".")) {
    if (!value) return value;
    value = Reflect.get(Object(value) as object, key);
  }
  return value;
}

/** As AWS's client does, for which a package that an ES module misses is an error like any other. */
function reportLoadError(error: unknown): ErrorReport {
  const report = reportError(error);
  const errorMessage = String(error);
  if (error instanceof SyntaxError) {
    return { ...report, errorType: "Runtime.UserCodeSyntaxError", errorMessage };
  }
  const code = error instanceof Error && "code" in error ? error.code : null;
  if (code === "MODULE_NOT_FOUND") {
    // `createRequire` puts the entry into the "Require stack" once more.
    const lines = new Set(errorMessage.split("\n"));
    return {
      ...report,
      errorType: "Runtime.ImportModuleError",
      errorMessage: [...lines].join("\n"),
    };
  }
  return report;
}

function failure(errorType: string, errorMessage: string): LoadedHandler {
  return { ok: false, error: runtimeError(errorType, errorMessage) };
}
