import type { StackChange } from "@arclet/deploy";
import { CliError } from "../errors.ts";
import { changeLine } from "./plan-text.ts";
import type { Terminal } from "./style.ts";

/**
 * Shows what taking over Architect's stack changes, and has the app's name typed.
 * @throws CliError `ERR_USAGE` when nobody is there to type
 */
export async function confirmAdoption(
  changes: readonly StackChange[],
  app: string,
  { style, write }: Terminal,
): Promise<boolean> {
  write("Architect deployed this stack. Arclet would take it over:\n");
  for (const change of changes) write(`  ${changeLine(change, style)}\n`);
  write(
    "Tables, queues, topics, files, variables and both URLs stay, and a public bucket stays public until `private true` under @static. docs/from-architect.md says how to go back.\n",
  );
  if (!process.stdin.isTTY)
    throw new CliError("ERR_USAGE", "This deploy would take over Architect's stack of the app", {
      hints: ["Give --adopt to take it over without being asked; --plan shows the plan."],
    });
  // Only who is asked waits for it to load.
  const { isCancel, text } = await import("@clack/prompts");
  const typed = await text({ message: `Type the app's name (${app}) to take the stack over` });
  return !isCancel(typed) && typed === app;
}
