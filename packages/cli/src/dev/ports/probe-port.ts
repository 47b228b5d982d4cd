import { once } from "node:events";
import { createServer } from "node:net";
import { systemErrorCode } from "@arclet/manifest";
import { CliError } from "../../errors.ts";

/** Hosts the runtime listens on by default: `localhost` over IPv4 and IPv6. */
const localhost: readonly string[] = ["127.0.0.1", "::1"];

/**
 * Whether the port is free, checked before any other work.
 * @throws CliError if the system refuses the address for another reason.
 */
export async function isPortFree(port: number, host: string | null): Promise<boolean> {
  for (const address of host === null ? localhost : [host]) {
    const code = await listenError(port, address);
    if (code === null) continue;
    if (code === "EADDRINUSE") return false;
    // Machines without IPv6 have no ::1.
    if (host === null && address === "::1") continue;
    throw listenFailure(code, port, address);
  }
  return true;
}

/** The next free port; null if none of the next hundred is free. */
export async function nextFreePort(taken: number, host: string | null): Promise<number | null> {
  const last = Math.min(taken + 100, 65_535);
  for (let port = taken + 1; port <= last; port++) {
    if (await isPortFree(port, host)) return port;
  }
  return null;
}

async function listenError(port: number, host: string): Promise<string | null> {
  const server = createServer();
  try {
    server.listen({ port, host, exclusive: true });
    await once(server, "listening");
    server.close();
    await once(server, "close");
    return null;
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === null) throw error;
    return code;
  }
}

function listenFailure(code: string, port: number, host: string): CliError {
  switch (code) {
    case "EACCES":
      return new CliError("ERR_LISTEN", `port ${port}: permission denied`, {
        hints: [
          "Ports below 1024 need administrator rights. Choose another one: arclet dev --port 3333",
        ],
      });
    case "EADDRNOTAVAIL":
      return new CliError("ERR_LISTEN", `${host} is not an address of this machine`, {
        hints: ["Use localhost, one of this machine's addresses, or 0.0.0.0 for all."],
      });
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return new CliError("ERR_LISTEN", `${host}: no such host`);
    default:
      return new CliError("ERR_LISTEN", `cannot listen on ${host}:${port} (${code})`);
  }
}
