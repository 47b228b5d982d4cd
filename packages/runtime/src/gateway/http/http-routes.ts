import { isRootVariable, type HttpRoute } from "@arclet/manifest";
import { addRoute, createRouter, findRoute } from "rou3";

export interface HttpMatch {
  readonly functionId: string;
  /** As API Gateway writes it: `GET /cats/{id}`, `ANY /api/{proxy+}`. */
  readonly routeKey: string;
  /** null: the route has none. */
  readonly pathParameters: Readonly<Record<string, string>> | null;
}

interface Target {
  readonly functionId: string;
  readonly routeKey: string;
  /** Parameter names as written. The router identifies them by position, because it allows only identifiers. */
  readonly names: readonly string[];
}

/**
 * Exact path, then path variable, then greedy variable; a method goes before `any`.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
 */
export class HttpRoutes {
  readonly #router: ReturnType<typeof createRouter<Target>> = createRouter<Target>();
  /** Routes that are a single variable, preferred first: they also answer `/`, with an empty variable. */
  readonly #rootVariables: readonly Target[];

  constructor(routes: readonly HttpRoute[]) {
    const rootVariables: Target[] = [];
    for (const route of routes) {
      const names: string[] = [];
      const pattern: string[] = [];
      const key: string[] = [];
      for (const segment of route.path.split("/")) {
        const name = segment === "*" ? "proxy" : segment.startsWith(":") ? segment.slice(1) : null;
        if (name === null) {
          pattern.push(segment.replaceAll(/[^\w-]/g, String.raw`\$&`));
          key.push(segment);
          continue;
        }
        pattern.push(`${segment === "*" ? "**:" : ":"}p${names.length}`);
        key.push(segment === "*" ? "{proxy+}" : `{${name}}`);
        names.push(name);
      }
      const method = route.method.toUpperCase();
      const routeKey = `${method} ${key.join("/")}`;
      const target: Target = { functionId: route.functionId, routeKey, names };
      if (isRootVariable(route)) rootVariables.push(target);
      addRoute(this.#router, method === "ANY" ? "" : method, pattern.join("/"), target);
    }
    this.#rootVariables = rootVariables.toSorted((a, b) => rankOf(a) - rankOf(b));
  }

  /** `path` as sent, still percent-encoded. */
  find(method: string, path: string): HttpMatch | null {
    const match = findRoute(this.#router, method, path);
    if (match === undefined) return path === "/" ? this.#findRoot(method) : null;
    const { functionId, routeKey, names } = match.data;
    if (names.length === 0) return { functionId, routeKey, pathParameters: null };
    const pathParameters: Record<string, string> = {};
    for (const [index, name] of names.entries()) {
      pathParameters[name] = decode(match.params?.[`p${index}`] ?? "");
    }
    return { functionId, routeKey, pathParameters };
  }

  #findRoot(method: string): HttpMatch | null {
    const target = this.#rootVariables.find(
      ({ routeKey }) => routeKey.startsWith("ANY ") || routeKey.startsWith(`${method} `),
    );
    if (target === undefined) return null;
    const { functionId, routeKey, names } = target;
    return { functionId, routeKey, pathParameters: { [names[0] ?? "proxy"]: "" } };
  }
}

/** Sorts a variable before a greedy one, and a method before `ANY`. */
function rankOf({ routeKey }: Target): number {
  return (routeKey.endsWith("+}") ? 2 : 0) + (routeKey.startsWith("ANY ") ? 1 : 0);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
