import { open, url } from "node:inspector";
import type { InspectAddress } from "./records.ts";

/** Environments of one server that may be debugged at a time. */
const portsTried = 100;

/** Lets a debugger connect to this process, at the address or the next free port. Node.js writes where. */
export function openDebugger({ host, port }: InspectAddress): void {
  const last = port === 0 ? 0 : Math.min(port + portsTried, 65_535);
  for (let next = port; next <= last; next++) {
    open(next, host);
    if (url() !== undefined) return;
  }
}
