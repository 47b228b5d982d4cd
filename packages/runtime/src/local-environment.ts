import { join } from "node:path";
import { isBefore, type ArchitectHelper } from "@arclet/builder";
import {
  realtimeVariables,
  responseRoutesOf,
  responseRoutesVariable,
  type Manifest,
} from "@arclet/manifest";

export interface LocalEnvironmentOptions {
  readonly functionId: string;
  readonly manifest: Manifest;
  /** Absolute project folder. */
  readonly root: string;
  readonly port: number;
  /** `ws://localhost:3333` */
  readonly webSocketUrl: string;
  /** Ports of local services, by the names Architect gives them. */
  readonly ports: { readonly [name: string]: number };
  /** Architect's packages that the function has. */
  readonly helpers: readonly ArchitectHelper[];
  /** Secret that seals sessions; null if the app's environment has its own. */
  readonly appSecret: string | null;
}

/**
 * Sandbox version reported to `@architect/functions`. Up to major 4 it refuses a sandbox of 5.0.0 or later;
 * later ones refuse an older sandbox. They compare versions as text: `"10.0.0"` would be older than `"5.0.0"`.
 */
function architectSandboxVersion(helpers: readonly ArchitectHelper[]): string {
  const helper = helpers.find(({ name }) => name === "@architect/functions");
  return helper !== undefined && isBefore(helper.version, 5, 0) ? "4.5.0" : "9.0.0";
}

export interface LocalEnvironment {
  /** Defaults that the user may override. */
  readonly defaults: Readonly<Record<string, string>>;
  /** Locations of services, which cannot be overridden. */
  readonly addresses: Readonly<Record<string, string>>;
}

/** Environment variables of a local function, with Architect's names. */
export function createLocalEnvironment(options: LocalEnvironmentOptions): LocalEnvironment {
  const { functionId, manifest, root, port, webSocketUrl, ports, helpers, appSecret } = options;
  const addresses: Record<string, string> = {
    ARC_APP_NAME: manifest.app,
    ARC_ROLE: "SandboxRole",
    ARC_HTTP_URL: webSocketUrl.replace(/^ws/, "http"),
    ARC_SANDBOX: JSON.stringify({
      apiType: manifest.aws.apigateway,
      cwd: root,
      ports: { http: port, _arc: port, ...ports },
      ...(manifest.static === null ? {} : { staticPath: join(root, manifest.static.folder) }),
      version: architectSandboxVersion(helpers),
    }),
    PORT: String(port),
    // Used by the 2021 helpers for discovery and sockets; their default is 3332.
    ARC_INTERNAL: String(port),
    ...realtimeVariables(manifest),
  };
  if (manifest.ws !== null) {
    addresses["ARC_WSS_URL"] = webSocketUrl;
    // Read by the helpers of 2019.
    addresses["WSS_URL"] = webSocketUrl;
    const responses = responseRoutesOf(manifest, functionId);
    if (responses !== null) addresses[responseRoutesVariable] = responses;
  }
  if (manifest.static !== null) {
    addresses["ARC_STATIC_BUCKET"] = join(root, manifest.static.folder);
    addresses["ARC_STATIC_SPA"] = String(manifest.static.spa);
  }
  return {
    defaults: {
      // Architect's helpers have their own default, and validate a secret that is set.
      ...(appSecret === null || helpers.length > 0 ? {} : { ARC_APP_SECRET: appSecret }),
      ARC_ENV: "testing",
      NODE_ENV: "testing",
      ARC_SESSION_TABLE_NAME: "jwe",
      // The name used by helpers up to major 4.
      SESSION_TABLE_NAME: "jwe",
    },
    addresses,
  };
}
