import { localTableNames, type Manifest } from "@arclet/manifest";
import type { RuntimeApp } from "../../runtime-app.ts";
import type { ServiceContext } from "../service-context.ts";
import type { Service } from "../service.ts";

/** DynamoDB: the embedded one, or the one that the developer runs. */
export function open(context: ServiceContext, app: RuntimeApp): Promise<Service> {
  const { endpoint } = context.tables;
  return endpoint === null ? openEmbedded(context, app) : openExternal(endpoint, app);
}

async function openEmbedded(context: ServiceContext, app: RuntimeApp): Promise<Service> {
  const { Tables } = await import("./tables.ts");
  const { port, seedFile } = context.tables;
  let { manifest } = app;
  const tables = await Tables.open(context, manifest, { port });
  try {
    const { seedTables } = await import("./seed-tables.ts");
    await seedTables(tables, manifest, app.root, seedFile);
  } catch (error) {
    await tables.close();
    throw error;
  }
  return {
    port: tables.port,
    async update(next) {
      manifest = next;
      await tables.update(next);
    },
    start: () => tables.start(),
    environment: () => ({
      ...namesVariable(manifest),
      AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${tables.port}`,
      ARC_TABLES_PORT: String(tables.port),
    }),
    discovered: () => localTableNames(manifest),
    deadLetters: () => [],
    close: () => tables.close(),
  };
}

async function openExternal(endpoint: string, app: RuntimeApp): Promise<Service> {
  let { manifest } = app;
  return {
    async update(next) {
      manifest = next;
    },
    start: () => {},
    environment: () => ({ ...namesVariable(manifest), AWS_ENDPOINT_URL_DYNAMODB: endpoint }),
    discovered: () => localTableNames(manifest),
    deadLetters: () => [],
    close: async () => {},
  };
}

function namesVariable(manifest: Manifest): Record<string, string> {
  return manifest.tables.length === 0
    ? {}
    : { ARC_TABLES: JSON.stringify(localTableNames(manifest)) };
}
