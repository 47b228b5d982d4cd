import type { StackChange } from "@arclet/deploy";
import { CliError } from "../errors.ts";

/**
 * Asks before what holds data is replaced or removed.
 * @throws CliError `ERR_USAGE` when nobody is there to ask: what would lose data is not done.
 */
export async function confirmDataLoss(
  changes: readonly StackChange[],
  deletesTables: boolean,
): Promise<boolean> {
  const consequences = changes.map((change) => consequenceOf(change, deletesTables));
  if (!process.stdin.isTTY)
    throw new CliError("ERR_USAGE", "This deploy would replace or remove what holds data", {
      hints: [...consequences, "Give --yes to go on without being asked."],
    });
  // Only who is asked waits for it to load.
  const { confirm, isCancel } = await import("@clack/prompts");
  const answer = await confirm({
    message: `This touches data:\n${consequences.map((line) => `  ${line}\n`).join("")}Go on?`,
    initialValue: false,
  });
  return !isCancel(answer) && answer;
}

/** `replace table cats: …`, with AWS's name of what goes. */
function consequenceOf(
  { action, label, logicalId, physicalId, type, data }: StackChange,
  deletesTables: boolean,
): string {
  const isKept = data === "kept" && !(deletesTables && type === "AWS::DynamoDB::Table");
  const old = physicalId ?? "the old one";
  const fate = isKept ? `${old} stays in AWS with its data` : `${old} and its data are deleted`;
  const what = `${action} ${label ?? logicalId}: ${fate}`;
  return action === "remove" ? what : `${what}; the new one is empty`;
}
