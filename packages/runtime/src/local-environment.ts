import { join } from "node:path";
import type { Manifest } from "@arclet/manifest";

export interface LocalEnvironmentOptions {
  readonly manifest: Manifest;
  /** Absolute project folder. */
  readonly root: string;
  readonly port: number;
  /** `ws://localhost:3333` */
  readonly webSocketUrl: string;
  /** Ports of local services, by the names Architect gives them. */
  readonly ports: { readonly [name: string]: number };
}

/**
 * Version we claim towards `@architect/functions`, which compares versions as text:
 * `"10.0.0"` would be older than `"5.0.0"` there.
 */
const architectSandboxVersion = "9.0.0";

/**
 * What every function of an app that runs locally finds in `process.env`: the names Architect's
 * users know. Settings of the person (`.env`, preferences) go over these.
 */
export function createLocalEnvironment(options: LocalEnvironmentOptions): Record<string, string> {
  const { manifest, root, port, webSocketUrl, ports } = options;
  const environment: Record<string, string> = {
    ARC_APP_NAME: manifest.app,
    ARC_ENV: "testing",
    ARC_ROLE: "SandboxRole",
    ARC_SESSION_TABLE_NAME: "jwe",
    ARC_SANDBOX: JSON.stringify({
      apiType: manifest.aws.apigateway,
      cwd: root,
      ports: { http: port, _arc: port, ...ports },
      ...(manifest.static === null ? {} : { staticPath: join(root, manifest.static.folder) }),
      version: architectSandboxVersion,
    }),
    NODE_ENV: "testing",
    PORT: String(port),
  };
  if (manifest.ws !== null) {
    environment["ARC_WSS_URL"] = webSocketUrl;
    // Read by the helpers of 2019.
    environment["WSS_URL"] = webSocketUrl;
  }
  if (manifest.static !== null) {
    environment["ARC_STATIC_BUCKET"] = join(root, manifest.static.folder);
    if (manifest.static.spa) environment["ARC_STATIC_SPA"] = "true";
  }
  return environment;
}
