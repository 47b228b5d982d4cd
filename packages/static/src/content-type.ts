import mime from "mime";

/** Content type of a file by its name; text has its charset, which is UTF-8. */
export function contentTypeOf(name: string): string {
  const type = mime.getType(name) ?? "application/octet-stream";
  return isText(type) ? `${type}; charset=utf-8` : type;
}

/** Whether a content type is text, which is worth compressing. */
export function isText(contentType: string): boolean {
  return /^text\/|[/+](?:javascript|json|xml)(?:;|$)/.test(contentType);
}
