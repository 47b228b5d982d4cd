/** The fields of an HTTP event or WebSocket handshake that hold cookies. */
export interface EventWithCookies {
  /** Payload format 2.0. */
  readonly cookies?: readonly string[] | undefined;
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined;
}

/** Values of all cookies with this name, in the order the browser sent them. */
export function cookiesNamed(name: string, event: EventWithCookies): string[] {
  const { cookies, headers = {} } = event;
  const lists = [...(cookies ?? [])];
  for (const [header, value] of Object.entries(headers)) {
    if (header.toLowerCase() === "cookie" && value !== undefined) lists.push(value);
  }
  return lists
    .flatMap((list) => list.split(";"))
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1).replace(/^"(.*)"$/, "$1"));
}
