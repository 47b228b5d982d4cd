import type { StackChange } from "@arclet/deploy";
import { CliError } from "../errors.ts";
import { changeLine } from "./plan-text.ts";
import type { Terminal } from "./style.ts";

/**
 * Shows what taking over Architect's stack changes, and asks the user to type the app's name.
 * @throws CliError `ERR_USAGE` without a terminal
 */
export async function confirmAdoption(
  changes: readonly StackChange[],
  app: string,
  { style, write }: Terminal,
): Promise<boolean> {
  write("Architect deployed this stack. Arclet would take it over, with these changes:\n");
  for (const change of changes) write(`  ${changeLine(change, style)}\n`);
  write(
    "Tables, queues, topics, files, variables and both URLs stay. A public bucket stays public until `private true` under @static. To go back, see docs/from-architect.md.\n",
  );
  if (!process.stdin.isTTY)
    throw new CliError("ERR_USAGE", "This deploy would take over the app's stack from Architect", {
      hints: ["Pass --adopt to take it over without a prompt, or --plan to see the changes."],
    });
  // Loaded only when a prompt is needed.
  const { isCancel, text } = await import("@clack/prompts");
  const typed = await text({ message: `Type the app's name (${app}) to take the stack over` });
  return !isCancel(typed) && typed === app;
}
