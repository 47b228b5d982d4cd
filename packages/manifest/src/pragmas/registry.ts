import { readApp } from "./app.ts";
import { readAws } from "./aws.ts";
import { readCors } from "./cors.ts";
import { readCustomLambdas } from "./custom-lambdas.ts";
import { readDomain } from "./domain.ts";
import { readEvents } from "./events.ts";
import { readHttp } from "./http.ts";
import type { PragmaReader } from "./pragma-context.ts";
import { readQueues } from "./queues.ts";
import { readRooms } from "./rooms.ts";
import { readScheduled } from "./scheduled.ts";
import { readCdn } from "./cdn.ts";
import { readPlugins, readProxy, readShared, readStatic, readViews } from "./static.ts";
import { readTablesStreams } from "./tables-streams.ts";
import { readTables, readTablesIndexes } from "./tables.ts";
import { readWs, readWsSettings } from "./ws.ts";

/** Obsolete pragmas are parsed and ignored. */
const retired: PragmaReader = () => {};

/**
 * Readers of every pragma, in the order they run: `@aws` before the functions that take its defaults,
 * tables before their indexes and streams.
 */
export const pragmaReaders: Readonly<Record<string, PragmaReader>> = {
  app: readApp,
  aws: readAws,
  plugins: readPlugins,
  http: readHttp,
  "ws-settings": readWsSettings,
  ws: readWs,
  rooms: readRooms,
  events: readEvents,
  queues: readQueues,
  scheduled: readScheduled,
  tables: readTables,
  "tables-indexes": readTablesIndexes,
  indexes: readTablesIndexes,
  "tables-streams": readTablesStreams,
  streams: readTablesStreams,
  customLambdas: readCustomLambdas,
  static: readStatic,
  proxy: readProxy,
  shared: readShared,
  views: readViews,
  cdn: readCdn,
  cors: readCors,
  domain: readDomain,
  // Read by plugins and by the preferences' reader, or retired.
  create: retired,
  env: retired,
  sandbox: retired,
  "sandbox-start": retired,
  "sandbox-startup": retired,
  macros: retired,
  slack: retired,
  css: retired,
  html: retired,
  js: retired,
  json: retired,
  jsonapi: retired,
  text: retired,
  xml: retired,
  begin: retired,
};

/** Names of all pragmas, with synonyms and retired ones; other names are those of plugins. */
export const pragmaNames: readonly string[] = Object.keys(pragmaReaders);
