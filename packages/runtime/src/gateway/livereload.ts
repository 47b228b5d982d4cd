import type { HttpResult } from "../lambda-events/http-result.ts";

/** Where the developer endpoints have what pages under development load. */
export const livereloadScript = "/_arclet/livereload.js";
export const livereloadStream = "/_arclet/livereload";

/** What runs in a page: it loads itself again when it changed. */
export const livereloadSource: string = `{
  const stream = new EventSource(${JSON.stringify(livereloadStream)});
  stream.addEventListener("page-changed", () => location.reload());
  addEventListener("pagehide", () => stream.close());
}
`;

const element = `<script type="module" src="${livereloadScript}"></script>`;

/** The page with the script at the end of its body. */
export function withLivereload(html: string): string {
  const at = html.toLowerCase().lastIndexOf("</body>");
  return at === -1 ? html + element : html.slice(0, at) + element + html.slice(at);
}

/** A function's page with the script; any other answer as it is. */
export function pageWithLivereload(answer: HttpResult): HttpResult {
  const headers = new Map(answer.headers);
  const isPage = headers.get("content-type")?.toLowerCase().startsWith("text/html") === true;
  if (!isPage || headers.has("content-encoding")) return answer;
  const { body } = answer;
  const isText = typeof body === "string";
  const html = withLivereload(isText ? body : body.toString("latin1"));
  return { ...answer, body: isText ? html : Buffer.from(html, "latin1") };
}
