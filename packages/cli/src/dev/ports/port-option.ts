import { CliError } from "../../errors.ts";

/**
 * The requested port: the flag, else `ARC_HTTP_PORT`, else `PORT`, else null.
 * @throws CliError for an invalid port.
 */
export function portOf(
  flag: string | undefined,
  env: { readonly [name: string]: string | undefined },
): number | null {
  const sources: readonly (readonly [string, string | undefined])[] = [
    ["--port", flag],
    ["ARC_HTTP_PORT", env["ARC_HTTP_PORT"]],
    ["PORT", env["PORT"]],
  ];
  for (const [source, value] of sources) {
    if (value === undefined || (value === "" && source !== "--port")) continue;
    const port = Number(value);
    if (/^\d+$/.test(value) && port <= 65_535) return port;
    throw new CliError("ERR_USAGE", `${source}: "${value}" is not a port`, {
      hints: ["A port is a number from 0 to 65535; 0 takes any free one."],
    });
  }
  return null;
}
