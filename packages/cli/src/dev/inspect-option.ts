import inspector from "node:inspector";
import { CliError } from "../errors.ts";

/** Where a debugger connects. */
export interface InspectAddress {
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
}

/**
 * `--inspect[=host:port]` as Node.js has it: host, port, both or nothing.
 * @throws CliError for what is no port.
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
  return new CliError("ERR_USAGE", `--inspect: "${flag}" is no address`, {
    hints: ["Give a port, a host, or both: --inspect=127.0.0.1:9229"],
  });
}

/**
 * Lets a debugger connect to this process. Node.js prints where.
 * @throws CliError when the address cannot be had.
 */
export function openInspector({ host, port }: InspectAddress): void {
  inspector.open(port, host);
  if (inspector.url() !== undefined) return;
  throw new CliError("ERR_PORT_IN_USE", `--inspect: cannot listen on ${host}:${port}`, {
    hints: ["Another process may be debugged there: --inspect=0 takes any free port."],
  });
}
