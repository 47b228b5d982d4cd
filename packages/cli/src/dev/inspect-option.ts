import { CliError } from "../errors.ts";

/** Address a debugger connects to. */
export interface InspectAddress {
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
}

/**
 * Parses `--inspect[=host:port]` like Node.js: host, port, both or neither.
 * @throws CliError for an invalid port.
 */
export function inspectAddressOf(flag: string | undefined): InspectAddress | null {
  if (flag === undefined) return null;
  const [, host = "", port = ""] = /^(\[[^\]]*\]|[^:]*?)(?::?(\d+))?$/.exec(flag) ?? [];
  if (host + port === "" && flag !== "") throw noAddress(flag);
  if (Number(port) > 65_535) throw noAddress(flag);
  return {
    host: host === "" ? "127.0.0.1" : host.replace(/^\[|\]$/g, ""),
    port: port === "" ? 9229 : Number(port),
  };
}

function noAddress(flag: string): CliError {
  return new CliError("ERR_USAGE", `--inspect: "${flag}" is not an address`, {
    hints: ["Pass a port, a host, or both: --inspect=127.0.0.1:9229"],
  });
}
