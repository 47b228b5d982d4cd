import type { AppShape } from "@arclet/client";
import type { TestApp } from "./test-app.ts";

type Requests = Pick<
  TestApp<AppShape>,
  "fetch" | "get" | "head" | "post" | "put" | "patch" | "delete"
>;
type Body = RequestInit["body"] | object;

/** Sends requests to an app. A plain object or array as the body is sent as JSON. */
export function createRequests(url: string): Requests {
  const request = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(new URL(path, url), { redirect: "manual", ...init });
  const without =
    (method: string) =>
    (path: string, init: RequestInit = {}): Promise<Response> =>
      request(path, { ...init, method });
  const withBody =
    (method: string) =>
    (path: string, body?: Body, init: RequestInit = {}): Promise<Response> => {
      if (!isPlain(body)) return request(path, { ...init, method, body: body ?? null });
      const headers = new Headers(init.headers);
      if (!headers.has("content-type")) headers.set("content-type", "application/json");
      return request(path, { ...init, method, headers, body: JSON.stringify(body) });
    };
  return {
    fetch: request,
    get: without("GET"),
    head: without("HEAD"),
    post: withBody("POST"),
    put: withBody("PUT"),
    patch: withBody("PATCH"),
    delete: without("DELETE"),
  };
}

/** Whether a value is not a body that `fetch` accepts, and is sent as JSON. */
function isPlain(body: Body): body is object {
  if (typeof body !== "object" || body === null) return false;
  if (Array.isArray(body)) return true;
  const prototype: unknown = Object.getPrototypeOf(body);
  return prototype === Object.prototype || prototype === null;
}
