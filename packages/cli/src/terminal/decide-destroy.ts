import type { DestroyDecision, DestroyPlan } from "@arclet/deploy";
import type { Style } from "./style.ts";

/** Lists everything that will be removed, one line each. */
export function destroyPlanText(plan: DestroyPlan, style: Style): string {
  const { tables, buckets, queues, variables } = plan;
  const place = `${plan.region}, account ${plan.account}`;
  const lines = [
    plan.resources === 0
      ? `continuing the removal of ${plan.stackName} in ${place}:`
      : `removing ${plan.stackName} from ${place}:`,
    ...(plan.resources === 0 ? [] : [`  the stack with its ${plan.resources} resources`]),
    ...tables.map(
      ({ name, items, bytes, isEmpty }) =>
        `  table ${name}: ${
          isEmpty
            ? "empty"
            : `about ${items} items, ${sizeText(bytes)} ${style.dim("(DynamoDB counts every six hours)")}`
        }`,
    ),
    ...buckets.map(
      ({ name, objects, hasMore }) =>
        `  bucket ${name}: ${hasMore ? "more than " : ""}${objects} files`,
    ),
    ...queues.map((url) => `  queue ${url.slice(url.lastIndexOf("/") + 1)}, with its messages`),
    ...(variables.length === 0 ? [] : [`  variables ${variables.join(", ")}`]),
    "  archives and templates of earlier deploys",
  ];
  return `${lines.join("\n")}\n`;
}

/** Asks the user to type the app's name, and offers a backup of tables that have items. */
export async function decideDestroy(
  { tables }: DestroyPlan,
  app: string,
  wantsBackup: boolean,
): Promise<DestroyDecision> {
  // Loaded only when a prompt is needed.
  const { confirm, isCancel, text } = await import("@clack/prompts");
  const full = tables.filter(({ isEmpty }) => !isEmpty);
  let hasBackup = wantsBackup;
  if (full.length > 0 && !wantsBackup) {
    const bytes = full.reduce((sum, table) => sum + table.bytes, 0);
    const answer = await confirm({
      message: `Back up ${full.map(({ name }) => name).join(", ")} first? Backups stay in DynamoDB (${sizeText(bytes)}, about $0.10 per GB and month) until you delete them.`,
    });
    if (isCancel(answer)) return "cancel";
    hasBackup = answer;
  }
  const typed = await text({ message: `Type the app's name (${app}) to remove it from AWS` });
  if (isCancel(typed) || typed !== app) return "cancel";
  return hasBackup ? "back-up-and-destroy" : "destroy";
}

function sizeText(bytes: number): string {
  const gigabytes = bytes / 1024 ** 3;
  return gigabytes >= 0.1 ? `${gigabytes.toFixed(1)} GB` : `${(bytes / 1024 ** 2).toFixed(1)} MB`;
}
