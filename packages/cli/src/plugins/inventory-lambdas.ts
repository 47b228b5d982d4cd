import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { LambdaFunction, Manifest } from "@arclet/manifest";
import { functionConfigNames } from "@arclet/manifest/node";
import { nodeHandlerExtensions } from "@arclet/builder";
import { writtenSettings } from "./manifest-text.ts";
import type { PluginRuntime } from "./plugin-runtime.ts";

/** A function in the form Architect's plugins expect. What only one pragma has is absent in the others. */
export interface InventoryLambda {
  /** `get /cats/:id`, or the function's name. */
  readonly name: string;
  readonly pragma: string;
  /** Of `@http`: `get`. */
  readonly method?: string;
  /** Of `@http`: `/cats/:id`. */
  readonly path?: string;
  /** Of `@ws`: `connect`. */
  readonly route?: string;
  /** Of `@tables-streams`: name of the table. */
  readonly table?: string;
  /** Of `@queues`; null where the manifest says nothing. */
  readonly fifo?: boolean | null;
  readonly batchSize?: number | null;
  readonly batchWindow?: number | null;
  /** Of `@scheduled`: one of the two, the other is null. */
  readonly rate?: RateExpression | null;
  readonly cron?: CronExpression | null;
  readonly timezone?: string | null;
  /** Absolute source folder. */
  readonly src: string;
  /** Absolute folder into which its runtime's plugin builds it; absent for other runtimes. */
  readonly build?: string;
  /** Absolute path of the module that holds the handler, or is to hold it. */
  readonly handlerFile: string;
  readonly handlerMethod: string;
  /** How Node.js reads the module; null for other runtimes. */
  readonly handlerModuleSystem: "cjs" | "esm" | null;
  /** Absolute path of the function's own configuration. */
  readonly configFile: string | null;
  readonly config: Readonly<Record<string, unknown>>;
}

export interface RateExpression {
  /** `1 day` */
  readonly expression: string;
  readonly value: number | string;
  readonly interval: string;
}

export interface CronExpression {
  /** `0 12 * * ? *` */
  readonly expression: string;
  readonly minutes: number | string;
  readonly hours: number | string;
  readonly dayOfMonth: number | string;
  readonly month: number | string;
  readonly dayOfWeek: number | string;
  readonly year: number | string;
}

export interface LambdaOptions {
  readonly manifest: Manifest;
  readonly root: string;
  /** Custom runtimes, by function. */
  readonly runtimes: ReadonlyMap<string, PluginRuntime>;
}

export function describeLambda(declared: LambdaFunction, options: LambdaOptions): InventoryLambda {
  const { root, runtimes } = options;
  const { config } = declared;
  const folder = declared.sourceCandidates.find((candidate) => existsSync(join(root, candidate)));
  const src = join(root, folder ?? declared.sourceCandidates[0] ?? "");
  const runtime = runtimes.get(declared.id);
  const build =
    runtime?.buildFolder === undefined
      ? null
      : join(root, runtime.buildFolder, relative(root, src));
  const handlerFile = handlerFileIn(build ?? src, config.handler);
  return {
    name: declared.name,
    ...ofItsPragma(declared, options),
    pragma: declared.pragma,
    src,
    ...(build === null ? {} : { build }),
    handlerFile,
    handlerMethod: config.handler.slice(config.handler.lastIndexOf(".") + 1),
    handlerModuleSystem: config.runtime.startsWith("nodejs") ? moduleSystemOf(handlerFile) : null,
    configFile: first(functionConfigNames.map((name) => join(src, name))),
    config: architectConfig({ ...config, runtime: runtime?.name ?? config.runtime }),
  };
}

/** A configuration in Architect's words. */
export function architectConfig(
  config: LambdaFunction["config"],
): Readonly<Record<string, unknown>> {
  return { ...config, concurrency: config.concurrency ?? "unthrottled", state: "n/a" };
}

// oxlint-disable-next-line typescript/consistent-return
function ofItsPragma(
  declared: LambdaFunction,
  { manifest }: LambdaOptions,
): Partial<InventoryLambda> {
  const { id, pragma, name } = declared;
  switch (pragma) {
    case "http": {
      const route = manifest.http?.routes.find(({ functionId }) => functionId === id);
      if (route === undefined) return {};
      const { method, path } = route;
      return { name: `${method} ${path}`, method, path };
    }
    case "ws":
      return { route: name };
    case "tables-streams": {
      const stream = manifest.tableStreams.find(({ functionId }) => functionId === id);
      return stream === undefined ? {} : { table: stream.table };
    }
    case "queues": {
      const settings = writtenSettings(manifest.pragmas["queues"] ?? [])[name];
      const written = typeof settings === "object" && settings !== null ? settings : {};
      return { fifo: null, batchSize: null, batchWindow: null, ...written };
    }
    case "scheduled": {
      const schedule = manifest.schedules.find(({ functionId }) => functionId === id);
      if (schedule === undefined) return {};
      const timezone = schedule.timezone === "UTC" ? null : schedule.timezone;
      return { ...expressionsOf(schedule.expression), timezone };
    }
    case "events":
    case "rooms":
    case "customLambdas":
      return {};
  }
}

function expressionsOf(text: string): Pick<InventoryLambda, "rate" | "cron"> {
  const expression = text.slice(text.indexOf("(") + 1, text.lastIndexOf(")"));
  const words = expression.split(/\s+/).map((word) => {
    const number = Number(word);
    return Number.isNaN(number) ? word : number;
  });
  const word = (index: number): number | string => words[index] ?? "";
  if (text.startsWith("rate"))
    return {
      rate: { expression, value: word(0), interval: String(word(1)).toLowerCase() },
      cron: null,
    };
  return {
    rate: null,
    cron: {
      expression,
      minutes: word(0),
      hours: word(1),
      dayOfMonth: word(2),
      month: word(3),
      dayOfWeek: word(4),
      year: word(5),
    },
  };
}

function handlerFileIn(folder: string, handler: string): string {
  const stem = handler.slice(0, handler.lastIndexOf("."));
  const files = nodeHandlerExtensions.map((extension) => join(folder, `${stem}.${extension}`));
  return first(files) ?? join(folder, `${stem}.js`);
}

function moduleSystemOf(file: string): "cjs" | "esm" {
  if (/\.m[jt]s$/.test(file)) return "esm";
  if (/\.c[jt]s$/.test(file)) return "cjs";
  const manifest = join(dirname(file), "package.json");
  if (!existsSync(manifest)) return "cjs";
  try {
    const { type } = JSON.parse(readFileSync(manifest, "utf8")) as { readonly type?: unknown };
    return type === "module" ? "esm" : "cjs";
  } catch {
    // The build reports a package.json that is not JSON.
    return "cjs";
  }
}

function first(paths: readonly string[]): string | null {
  return paths.find((path) => existsSync(path)) ?? null;
}
