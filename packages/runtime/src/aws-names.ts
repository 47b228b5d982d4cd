import type { Manifest } from "@arclet/manifest";

/** Region and account of everything local; the account is the one AWS documents in examples. */
export const localRegion = "us-west-2";
export const localAccount = "123456789012";

/** Physical name. `staging` even locally: Architect's older helpers find tables by `-staging-`. */
export function physicalName(app: string, name: string): string {
  return `${app}-staging-${name}`;
}

/** Logical to physical names of the tables. */
export function tableNames({ app, tables }: Manifest): Record<string, string> {
  return Object.fromEntries(tables.map(({ name }) => [name, physicalName(app, name)]));
}

export function arn(
  service: "dynamodb" | "events" | "kms" | "sns" | "sqs",
  resource: string,
): string {
  return `arn:aws:${service}:${localRegion}:${localAccount}:${resource}`;
}
