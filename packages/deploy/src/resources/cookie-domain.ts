/**
 * The cookie domain that covers both hosts of an app: their longest common suffix of at least two labels, or the
 * host of the pages if there is none or only one host.
 */
export function cookieDomain(http: string, ws: string | null): string {
  const [pages, sockets] = [http.split("."), (ws ?? http).split(".")];
  let shared = 0;
  while (shared < pages.length && pages.at(-1 - shared) === sockets.at(-1 - shared)) shared++;
  return shared < 2 ? http : pages.slice(-shared).join(".");
}
