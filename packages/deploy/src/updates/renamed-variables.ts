import { canonicalText } from "../template/canonical-value.ts";
import type { Template } from "../template/template.ts";

interface DeclaredRoute {
  readonly id: string;
  readonly api: string;
  readonly key: string;
  /** Names of variables by where they are: `/cats/{}` is behind `/cats`. Greedy ones are left out. */
  readonly variables: ReadonlyMap<string, string>;
}

/**
 * Logical ids of deployed routes that must go before new ones come, because a variable of a path gets another
 * name. CloudFormation creates `GET /cats/{name}` while `GET /cats/{id}` is still there, and API Gateway
 * refuses that: ConflictException, "has a conflicting variable on the same hierarchical level".
 */
export function renamedVariables(
  before: Template,
  after: Template,
): readonly { readonly id: string; readonly key: string }[] {
  const deployed = routesOf(before);
  const wanted = routesOf(after);
  const isIn = (routes: readonly DeclaredRoute[], { api, key }: DeclaredRoute): boolean =>
    routes.some((route) => route.api === api && route.key === key);
  const created = wanted.filter((route) => !isIn(deployed, route));
  return deployed.filter(
    (old) =>
      !isIn(wanted, old) &&
      created.some(
        (route) =>
          route.api === old.api &&
          [...route.variables].some(
            ([place, name]) => old.variables.has(place) && old.variables.get(place) !== name,
          ),
      ),
  );
}

function routesOf({ Resources: resources }: Template): readonly DeclaredRoute[] {
  return Object.entries(resources).flatMap(([id, { Type: type, Properties: properties }]) => {
    const key = canonicalText(properties?.["RouteKey"]);
    if (type !== "AWS::ApiGatewayV2::Route" || key === null) return [];
    const api = canonicalText(properties?.["ApiId"]) ?? "";
    return [{ id, api, key, variables: variablesOf(key) }];
  });
}

function variablesOf(key: string): ReadonlyMap<string, string> {
  const [, path = ""] = key.split(" ");
  const variables = new Map<string, string>();
  let place = "";
  for (const segment of path.split("/").slice(1)) {
    const name = /^\{([^+}]+)\}$/.exec(segment)?.[1];
    if (name !== undefined) variables.set(place, name);
    place += `/${name === undefined ? segment : "{}"}`;
  }
  return variables;
}
