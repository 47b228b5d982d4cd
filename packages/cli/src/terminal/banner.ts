import { relative } from "node:path";
import type { Project } from "@arclet/manifest";
import { arcletVersion } from "../version.ts";
import type { Style } from "./style.ts";

export interface BannerOptions {
  readonly project: Project;
  readonly url: string;
  /** URLs for other devices: the network address, the public URL. */
  readonly otherUrls: readonly string[];
  readonly webSocketUrl: string;
  readonly startedInMs: number;
  readonly hasKeys: boolean;
  readonly style: Style;
}

interface RouteRow {
  readonly method: string;
  readonly route: string;
  readonly target: string;
  readonly isMissing: boolean;
}

/** Renders what is served, at which URL, and from which folder. */
export function renderBanner(options: BannerOptions): string {
  const { project, style } = options;
  const rows = routeRows(project);
  const routeWidth = Math.max(0, ...rows.map(({ route }) => route.length));
  const lines = [
    "",
    `  ${style.bold(style.cyan("arclet"))} ${style.dim(arcletVersion())}  ${style.bold(project.manifest.app)}  ${style.dim(`ready in ${Math.round(options.startedInMs)} ms`)}`,
    "",
    ...[options.url, ...options.otherUrls].map((url) => `  ${style.cyan(url)}`),
    ...(project.manifest.ws === null ? [] : [`  ${style.cyan(options.webSocketUrl)}`]),
    "",
    ...rows.map(({ method, route, target, isMissing }) => {
      const end = isMissing ? style.yellow(`${target} (missing: arclet init)`) : style.dim(target);
      return `  ${style.magenta(method.padEnd(9))} ${route.padEnd(routeWidth)}  ${end}`;
    }),
  ];
  if (options.hasKeys) lines.push("", `  ${renderKeyHelp(style)}`);
  return `${lines.join("\n")}\n\n`;
}

export function renderKeyHelp(style: Style): string {
  const keys = [
    ["o", "open the browser"],
    ["v", "more or less detail"],
    ["h", "help"],
    ["q", "quit"],
  ];
  return keys.map(([key = "", what = ""]) => `${style.bold(key)} ${style.dim(what)}`).join("   ");
}

function routeRows(project: Project): readonly RouteRow[] {
  const { manifest, root } = project;
  const functions = new Map(project.functions.map((declared) => [declared.id, declared]));
  const row = (method: string, route: string, functionId: string): RouteRow => {
    const declared = functions.get(functionId);
    return {
      method,
      route,
      target: declared === undefined ? functionId : relative(root, declared.directory),
      isMissing: declared?.exists === false,
    };
  };
  return [
    ...(manifest.http?.routes ?? []).map((route) =>
      row(route.method.toUpperCase(), route.path, route.functionId),
    ),
    ...(manifest.ws?.routes ?? []).map((route) => row("WS", route.routeKey, route.functionId)),
    ...manifest.events.map((topic) => row("EVENT", topic.name, topic.functionId)),
    ...manifest.queues.map((queue) => row("QUEUE", queue.name, queue.functionId)),
    ...manifest.schedules.map(({ name, expression, functionId }) =>
      row("SCHEDULE", `${name} ${expression}`, functionId),
    ),
    ...manifest.tables.map(({ name, partitionKey, sortKey }) => ({
      method: "TABLE",
      route: name,
      target: [partitionKey, sortKey].flatMap((key) => (key === null ? [] : [key.name])).join(", "),
      isMissing: false,
    })),
    ...manifest.tableStreams.map(({ table, functionId }) => row("STREAM", table, functionId)),
    ...(manifest.static === null
      ? []
      : [
          {
            method: "STATIC",
            route: "/_static/*",
            target: manifest.static.folder,
            isMissing: false,
          },
        ]),
  ];
}
