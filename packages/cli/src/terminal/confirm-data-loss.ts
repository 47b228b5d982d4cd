import type { StackChange } from "@arclet/deploy";
import { CliError } from "../errors.ts";

/**
 * Asks before resources that hold data are replaced or removed.
 * @throws CliError `ERR_USAGE` without a terminal: nothing that loses data is done.
 */
export async function confirmDataLoss(
  changes: readonly StackChange[],
  deletesTables: boolean,
): Promise<boolean> {
  const consequences = changes.map((change) => consequenceOf(change, deletesTables));
  if (!process.stdin.isTTY)
    throw new CliError(
      "ERR_USAGE",
      "This deploy would replace or remove resources that hold data",
      {
        hints: [...consequences, "Pass --yes to continue without a prompt."],
      },
    );
  // Loaded only when a prompt is needed.
  const { confirm, isCancel } = await import("@clack/prompts");
  const answer = await confirm({
    message: `This deploy affects data:\n${consequences.map((line) => `  ${line}\n`).join("")}Continue?`,
    initialValue: false,
  });
  return !isCancel(answer) && answer;
}

/** `replace table cats: …`, with the physical name of the old resource. */
function consequenceOf(
  { action, label, logicalId, physicalId, type, data }: StackChange,
  deletesTables: boolean,
): string {
  const isKept = data === "kept" && !(deletesTables && type === "AWS::DynamoDB::Table");
  const old = physicalId ?? "the old resource";
  const fate = isKept ? `${old} stays in AWS with its data` : `${old} and its data will be deleted`;
  const what = `${action} ${label ?? logicalId}: ${fate}`;
  return action === "remove" ? what : `${what}; the new one is empty`;
}
