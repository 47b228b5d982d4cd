import { resolve } from "node:path";
import type { Project } from "@arclet/manifest";
import type { RuntimeOptions } from "@arclet/runtime";

/** What the preferences, and Architect's variables over them, say of local services. */
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
