import { didYouMean } from "../did-you-mean.ts";
import type { HttpMethod } from "../manifest.ts";
import { headOf, linesOf, type LineNode, type Scalar } from "../syntax/ast.ts";
import type { ManifestDraft, PragmaContext, PragmaReader } from "./pragma-context.ts";
import { hasDotPart, readEntry } from "./settings.ts";

const methods = ["get", "post", "put", "patch", "delete", "head", "options", "any"] as const;

/** Quota of integrations, one per function; it cannot be raised. */
export const httpIntegrations = 300;
/** Quota of routes per API; AWS raises it on request. */
const defaultRoutes = 300;
/** A proxy has one for `/` and one for everything below it. */
const proxyIntegrations = 2;
/** A function's folder has its name, and file systems allow 255 bytes. */
const longestName = 255;

export const readHttp: PragmaReader = (pragma, context) => {
  const routes: NonNullable<typeof context.draft.http>["routes"][number][] = [];
  const seen = new Map<string, LineNode>();
  for (const line of linesOf(pragma.body)) {
    const entry = line.children.length > 0 ? readMap(line, context) : readPair(line, context);
    if (entry === null) continue;
    const { method, path, src } = entry;
    const key = `${method} ${path.replaceAll(/:[^/]+/g, ":")}`;
    const former = seen.get(key);
    if (former !== undefined) {
      context.log.error({
        code: "http-route-duplicate",
        text: `route "${method} ${path}" is declared twice`,
        span: line.span,
        notes: [context.log.note("first declared here", former.span)],
      });
      continue;
    }
    seen.set(key, line);
    const name = `${method}${folderOf(path)}`;
    if (name.length > longestName) {
      const text = `the path "${path}" is too long: its function's folder would have a name of ${name.length} characters, and ${longestName} are allowed`;
      context.log.error({ code: "http-path-invalid", text, span: line.span });
      continue;
    }
    const functionId = context.addFunction({
      pragma: "http",
      name,
      src,
      folders: [name],
      span: line.span,
      config: { views: method === "get" || method === "any" },
    });
    if (functionId === null) continue;
    routes.push({
      method,
      path,
      functionId,
      origin: context.locate(line.span),
    });
    context.routeSpans.push(line.span);
  }
  context.draft.http = { routes };
};

/**
 * Checks an HTTP API's quotas once all pragmas are read, because static files and a proxy count too.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
 */
export function checkHttpLimits({ draft, routeSpans, log }: PragmaContext): void {
  const advice = "answer several paths in one function, such as any /api/*";
  const hasProxy = draft.proxy !== null && Object.values(draft.proxy).some((url) => url !== null);
  const most = httpIntegrations - (hasProxy ? proxyIntegrations : 0);
  const tooMany = routeSpans[most];
  if (tooMany !== undefined)
    log.error({
      code: "http-limit",
      text: `this is HTTP function ${most + 1}, and an HTTP API allows ${most}${hasProxy ? " beside @proxy" : ""}: ${advice}`,
      span: tooMany,
    });
  const last = routeSpans[most - 1];
  if (last !== undefined && tooMany === undefined && draft.static !== null)
    log.warning({
      code: "http-limit",
      text: `this is HTTP function ${most}, and an HTTP API that serves static files allows ${most - 1}: ${advice}, or turn static files off with false below @static`,
      span: last,
    });
  const others = otherRoutes(draft, hasProxy);
  const aboveRoutes = routeSpans[defaultRoutes - others];
  if (aboveRoutes !== undefined)
    log.warning({
      code: "http-limit",
      text: `an HTTP API allows ${defaultRoutes} routes${others === 0 ? "" : `, ${others} of them for static files and @proxy`}, unless AWS raises the account's quota "Routes per API"`,
      span: aboveRoutes,
    });
}

/** Routes not declared under `@http`: static files, the WebSocket URL, and the proxy. */
function otherRoutes({ static: files, ws }: ManifestDraft, hasProxy: boolean): number {
  // GET and HEAD of `/_static/*`, and without a proxy also of `/` and everything below it.
  const ofFiles = files === null ? 0 : (hasProxy ? 2 : 6) + (ws === null ? 0 : 2);
  return ofFiles + (hasProxy ? proxyIntegrations : 0);
}

interface Entry {
  readonly method: HttpMethod;
  readonly path: string;
  readonly src: string | null;
}

/** `get /path` */
function readPair(line: LineNode, context: PragmaContext): Entry | null {
  const [first, second, extra] = line.values;
  if (first === undefined) return null;
  if (second === undefined) {
    context.log.error({
      code: "http-route-incomplete",
      text: `"${first.text}" is incomplete: write a method and a path, such as get /`,
      span: line.span,
    });
    return null;
  }
  if (extra !== undefined) {
    context.log.error({
      code: "http-path-invalid",
      text: `unexpected "${extra.text}": a route has only a method and a path`,
      span: extra.span,
    });
    return null;
  }
  const method = readMethod(first, context);
  const path = readPath(second, context);
  return method === null || path === null ? null : { method, path, src: null };
}

/** `/path` with `method` and `src` below it. */
function readMap(line: LineNode, context: PragmaContext): Entry | null {
  const head = headOf(line);
  // Both `/path` and `get /path` may have settings below them.
  const [pathScalar, methodScalar] =
    line.values.length === 2 ? [line.values[1] ?? head, head] : [head, null];
  let method = methodScalar === null ? null : readMethod(methodScalar, context);
  let hasMethod = methodScalar !== null;
  const src = readEntry(line, context, "a route", {
    method: (setting) => {
      const [value] = setting.values;
      if (value === undefined) return;
      hasMethod = true;
      method = readMethod(value, context);
    },
  });
  const path = readPath(pathScalar, context);
  if (path === null) return null;
  if (!hasMethod) {
    context.log.error({
      code: "http-route-incomplete",
      text: `the route ${path} needs a "method"`,
      span: line.span,
    });
    return null;
  }
  return method === null ? null : { method, path, src };
}

function readMethod(scalar: Scalar, context: PragmaContext): HttpMethod | null {
  const written = scalar.text.toLowerCase();
  const method = methods.find((name) => name === written);
  if (method !== undefined) return method;
  const suggestion = didYouMean(written, methods);
  const hint =
    suggestion === null ? `use one of ${methods.join(", ")}` : `did you mean "${suggestion}"?`;
  context.log.error({
    code: "http-method-unknown",
    text: `"${scalar.text}" is not an HTTP method: ${hint}`,
    span: scalar.span,
    suggestion,
  });
  return null;
}

function readPath(scalar: Scalar, context: PragmaContext): string | null {
  const { text, span } = scalar;
  const problem = problemOf(text);
  if (problem === null) return text;
  context.log.error({
    code: "http-path-invalid",
    text: `the path "${text}" ${problem}`,
    span,
  });
  return null;
}

function problemOf(path: string): string | null {
  if (!path.startsWith("/")) return "must begin with a slash";
  if (path !== "/" && path.endsWith("/")) return "must not end with a slash";
  if (path.includes("//")) return "has an empty part";
  if (hasDotPart(path))
    return 'has a part "." or "..", which clients resolve before they send a request: no request would match';
  if (!/^[\w\-./:*~$@+]+$/.test(path)) {
    return "may contain only letters, digits, slashes, dots, dashes, underscores, :parameters and a final *";
  }
  const star = path.indexOf("*");
  if (star !== -1 && !(star === path.length - 1 && path.at(-2) === "/")) {
    return "may have a * only as its last part";
  }
  const names = [...path.matchAll(/:([^/]*)/g)].map((match) => match[1] ?? "");
  if (/[^/]:/.test(path)) return "may have a :parameter only as a whole part";
  if (names.some((name) => !/^[A-Za-z_]\w*$/.test(name))) {
    return "has a parameter whose name is not made of letters, digits and underscores";
  }
  return new Set(names).size === names.length ? null : "uses the same parameter name twice";
}

/** Architect's folder names: `/cats/:id` → `-cats-000id`, `/api/*` → `-api-catchall`, `/` → `-index`. */
function folderOf(path: string): string {
  if (path === "/") return "-index";
  return path
    .replaceAll(/[-._]/g, "_")
    .replaceAll("/", "-")
    .replaceAll(":", "000")
    .replace("*", "catchall");
}
