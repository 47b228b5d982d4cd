import { resolve } from "node:path";
import type { Project } from "@arclet/manifest";
import type { RuntimeOptions } from "@arclet/runtime";

/** Options of local services from the preferences, overridden by Architect's variables. */
export function serviceOptions(
  { root, preferences }: Project,
  env: { readonly [name: string]: string | undefined },
): Pick<RuntimeOptions, "seedFile" | "servicePorts"> {
  const { seedData, ports } = preferences.sandbox;
  const events = portOf(env["ARC_EVENTS_PORT"]) ?? ports["events"];
  const tables = portOf(env["ARC_TABLES_PORT"]) ?? ports["tables"];
  return {
    ...(seedData === null ? {} : { seedFile: resolve(root, seedData) }),
    servicePorts: {
      ...(events === undefined ? {} : { events }),
      ...(tables === undefined ? {} : { tables }),
    },
  };
}

function portOf(value: string | undefined): number | undefined {
  return value !== undefined && /^\d{1,5}$/.test(value) ? Number(value) : undefined;
}
