import type { DeployPlan, PlannedChange, StackChange } from "@arclet/deploy";
import type { Style } from "./style.ts";

/** Lists what a deploy would change, with a summary as the last line. */
export function planText(plan: DeployPlan, style: Style): string {
  const { changes, code, variables, staticFiles, tags, outputs, protection, publicBucket } = plan;
  const place = `${plan.region}, account ${plan.account}`;
  const lines = [
    plan.stack === "adopted"
      ? `${plan.stackName} in ${place} was deployed by Architect; a deploy would take it over`
      : `${plan.stackName} in ${place}${plan.stack === "new" ? ", which does not exist yet" : ""}`,
    ...changes.map((change) => `  ${changeLine(change, style)}`),
    ...plan.steps.map(
      (texts, index) =>
        `  ${`update ${index + 1}`.padEnd(13)} ${texts.length === 0 ? "everything else" : texts.join("; ")}`,
    ),
    ...code.map((id) => `  ${"code".padEnd(13)} ${id}`),
    ...(variables.length === 0 ? [] : [`  ${"variables".padEnd(13)} ${variables.join(", ")}`]),
    ...staticFiles.put.map((key) => `  ${"put".padEnd(13)} ${key}`),
    ...staticFiles.delete.map((key) => `  ${"delete".padEnd(13)} ${key}`),
    ...(plan.stack === "new" || outputs.length === 0
      ? []
      : [`  ${"outputs".padEnd(13)} ${outputs.join(", ")}`]),
    ...(plan.stack === "new"
      ? []
      : tags.map(
          ({ name, from, to }) =>
            `  ${"tag".padEnd(13)} ${name}: ${from ?? "none"} → ${to ?? "none"}`,
        )),
    ...(protection === null
      ? []
      : [`  ${"protection".padEnd(13)} ${protection.to ? "on" : "off"}`]),
    ...(publicBucket === null
      ? []
      : [
          `  ${"stays public".padEnd(13)} ${publicBucket}: anyone can read it, as in Architect, until \`private true\` under @static`,
        ]),
    plan.hasChanges ? summary(plan) : "Nothing would change",
  ];
  return `${lines.join("\n")}\n`;
}

/** `replace       table cats  AWS::DynamoDB::Table (KeySchema)` */
export function changeLine(change: StackChange | PlannedChange, style: Style): string {
  const { action, label, logicalId, type, data } = change;
  const names = "properties" in change ? change.properties : [];
  const why = names.length === 0 ? "" : ` (${names.join(", ")})`;
  const fate =
    data === "none"
      ? ""
      : style.red(data === "kept" ? "  the old one stays in AWS" : "  its data will be deleted");
  return `${action.padEnd(13)} ${label ?? logicalId}  ${style.dim(`${type}${why}`)}${fate}`;
}

function summary({ changes, code, staticFiles }: DeployPlan): string {
  const counts = new Map<string, number>();
  for (const { action } of changes) counts.set(action, (counts.get(action) ?? 0) + 1);
  const parts = [...counts].map(([action, count]) => `${count} to ${action}`);
  const files = staticFiles.put.length + staticFiles.delete.length;
  if (code.length > 0) parts.push(`code of ${code.length} functions`);
  if (files > 0) parts.push(`${files} static files`);
  return parts.length === 0
    ? "A deploy would change this"
    : `A deploy would change: ${parts.join(", ")}`;
}
