/**
 * The domain whose cookies reach both hosts of an app: what their names have in common, of two labels at
 * least. The host of the pages itself where there is nothing in common, or no second host.
 */
export function cookieDomain(http: string, ws: string | null): string {
  const [pages, sockets] = [http.split("."), (ws ?? http).split(".")];
  let shared = 0;
  while (shared < pages.length && pages.at(-1 - shared) === sockets.at(-1 - shared)) shared++;
  return shared < 2 ? http : pages.slice(-shared).join(".");
}
