import { join } from "node:path";
import type { EnvironmentName, Project, ProjectFunction } from "@arclet/manifest";

/** Where the functions' own app is reached. */
export interface AppAddress {
  readonly port: number;
  /** `http://localhost:3333` */
  readonly url: string;
  /** `ws://localhost:3333` */
  readonly webSocketUrl: string;
}

/**
 * Version that `ARC_SANDBOX` claims. `@architect/functions` compares versions as strings, so that
 * "10.0.0" would count as older than "5.0.0"; 9.x is what it expects of a current sandbox.
 */
const sandboxVersion = "9.0.0";

/**
 * Environment of a function besides what Lambda itself sets: Architect's names, so that its helpers
 * and apps find their app. The user's own variables are below those that say where things are.
 */
export function functionEnvironment(
  project: Project,
  declared: ProjectFunction,
  address: AppAddress,
): { readonly [name: string]: string } {
  const { manifest, preferences } = project;
  const environment: EnvironmentName = preferences.sandbox.env ?? "testing";
  const userVariables = declared.config.env ? preferences.env[environment] : {};
  return {
    NODE_ENV: environment,
    ARC_SESSION_TABLE_NAME: "jwe",
    ...userVariables,
    ...(declared.config.env ? {} : { ARC_DISABLE_ENV_VARS: "true" }),
    ARC_APP_NAME: manifest.app,
    ARC_ENV: environment,
    ARC_ROLE: "SandboxRole",
    ARC_HTTP_URL: address.url,
    ...(manifest.ws === null ? {} : { ARC_WSS_URL: address.webSocketUrl }),
    ...staticVariables(project),
    ARC_SANDBOX: sandboxDescription(project, address),
  };
}

function staticVariables({ manifest, root }: Project): { readonly [name: string]: string } {
  if (manifest.static === null) return {};
  return {
    ARC_STATIC_BUCKET: join(root, manifest.static.folder),
    ARC_STATIC_SPA: String(manifest.static.spa),
  };
}

/** What `@architect/functions` reads to find its sandbox; our internal side shares the one port. */
function sandboxDescription({ manifest, root }: Project, { port }: AppAddress): string {
  return JSON.stringify({
    apiType: manifest.aws.apigateway,
    cwd: root,
    ports: { http: port, _arc: port },
    staticPath: manifest.static === null ? undefined : join(root, manifest.static.folder),
    version: sandboxVersion,
  });
}
