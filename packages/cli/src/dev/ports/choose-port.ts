import { CliError } from "../../errors.ts";
import type { Terminal } from "../../terminal/style.ts";
import { findPortHolder } from "./port-holder.ts";
import { isPortFree, nextFreePort } from "./probe-port.ts";

/**
 * Chooses the port to listen on. A port in use is never silently replaced, because pages and tools expect it.
 * @throws CliError if the port is in use and there is no terminal to ask in.
 */
export async function choosePort(
  wanted: number,
  host: string | null,
  terminal: Terminal,
): Promise<number | "cancelled"> {
  if (wanted === 0 || (await isPortFree(wanted, host))) return wanted;
  const holder = await findPortHolder(wanted);
  const taken = `port ${wanted} is taken${holder === null ? "" : ` by ${holder.name} (pid ${holder.pid})`}`;
  const next = await nextFreePort(wanted, host);
  if (next !== null && terminal.isInteractive) {
    const { confirm, isCancel } = await import("@clack/prompts");
    const answer = await confirm({ message: `${capitalized(taken)}. Use ${next}?` });
    return isCancel(answer) || !answer ? "cancelled" : next;
  }
  throw new CliError("ERR_PORT_IN_USE", taken, {
    hints: [
      next === null
        ? "Choose another one with --port."
        : `Port ${next} is free: arclet dev --port ${next}`,
    ],
  });
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
