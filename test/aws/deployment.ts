import { once } from "node:events";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { request, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { buffer as readBytes } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { createArchiver, createFunctionBuilder, type BuiltFunction } from "@arclet/builder";
import {
  deployApp,
  planApp,
  type DeployEvent,
  type DeployOptions,
  type DeployPlan,
  type DeployResult,
  type Template,
} from "@arclet/deploy";
import type { Project } from "@arclet/manifest";
import { readProject } from "@arclet/manifest/node";
import { WebSocket } from "ws";
import { expectValid } from "../../packages/deploy/test/expect-valid.ts";

const packages = fileURLToPath(new URL("../../packages", import.meta.url));

/** A folder of an app that can import `@arclet/functions`. */
export interface AppFolder extends AsyncDisposable {
  readonly root: string;
  readonly write: (path: string, content: string | Uint8Array) => Promise<void>;
}

export async function createAppFolder(files: {
  readonly [path: string]: string | Uint8Array;
}): Promise<AppFolder> {
  const root = await mkdtemp(join(tmpdir(), "arclet-aws-"));
  const write = async (path: string, content: string | Uint8Array): Promise<void> => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  };
  await write("package.json", '{"type":"module"}');
  for (const [path, text] of Object.entries(files)) await write(path, text);
  await mkdir(join(root, "node_modules/@arclet"), { recursive: true });
  await symlink(join(packages, "functions"), join(root, "node_modules/@arclet/functions"));
  return {
    root,
    write,
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

export async function projectOf(root: string): Promise<Project> {
  const { project, diagnostics } = await readProject(root);
  if (project === null) throw new Error(JSON.stringify(diagnostics));
  return project;
}

export interface Deployment {
  readonly result: DeployResult;
  readonly events: readonly DeployEvent[];
}

/** MiniStack wants a header that AWS does not ask for, where no identity source is named. */
function withoutIdentitySources(template: Template): Promise<Template> {
  const resources = Object.entries(template.Resources).map(([id, resource]) => {
    const { Type, Properties } = resource;
    if (Type !== "AWS::ApiGatewayV2::Authorizer") return [id, resource] as const;
    return [id, { ...resource, Properties: { IdentitySource: [], ...Properties } }] as const;
  });
  return Promise.resolve({ ...template, Resources: Object.fromEntries(resources) });
}

export async function builtOf(project: Project): Promise<readonly BuiltFunction[]> {
  const builder = createFunctionBuilder({ root: project.root });
  const built: BuiltFunction[] = [];
  try {
    for (const declared of project.functions) {
      const result = await builder.build(declared);
      if (!result.ok) throw new Error(JSON.stringify(result));
      built.push(result.built);
    }
  } finally {
    await builder.close();
  }
  return built;
}

/** Builds and deploys the app to staging; `onEvent` gets the events of a failed deploy too. */
export async function deploy(
  root: string,
  options: Partial<DeployOptions> = {},
  onEvent: (event: DeployEvent) => void = () => {},
): Promise<Deployment> {
  const events: DeployEvent[] = [];
  const project = await projectOf(root);
  const built = await builtOf(project);
  const result = await deployApp(
    {
      project,
      built,
      archiver: createArchiver(),
      stage: "staging",
      name: null,
      mode: "all",
      extend: (template) => {
        expectValid(template);
        return withoutIdentitySources(template);
      },
      confirm: () => Promise.resolve(true),
      ...options,
    },
    {
      report: (event) => {
        events.push(event);
        onEvent(event);
      },
    },
  );
  return { result, events };
}

/** The plan of the app, of its template as it is. */
export async function deployPlan(
  root: string,
  options: Partial<Parameters<typeof planApp>[0]> = {},
): Promise<DeployPlan> {
  const project = await projectOf(root);
  return planApp(
    {
      project,
      built: await builtOf(project),
      archiver: createArchiver(),
      stage: "staging",
      name: null,
      ...options,
    },
    { report: () => {} },
  );
}

/** Where the emulator is; `<api>.execute-api.localhost` is loopback, which not every resolver knows. */
function addressOf(url: string): {
  readonly hostname: string;
  readonly port: string;
  readonly host: string;
  readonly path: string;
} {
  const { hostname, port } = new URL(process.env["AWS_ENDPOINT_URL"] ?? "");
  const { host, pathname, search } = new URL(url);
  return { hostname, port, host, path: pathname + search };
}

/** A socket on the way to being open, as the page of an origin opens it; null: no browser. */
export function connect(
  url: string,
  origin: string | null = null,
  headers: Readonly<Record<string, string>> = {},
): WebSocket {
  const { hostname, port, host, path } = addressOf(url);
  return new WebSocket(`ws://${hostname}:${port}${path}`, {
    headers: { ...headers, host, ...(origin === null ? {} : { origin }) },
  });
}

/** The `WebSocket` of `@arclet/client` for the emulator. */
export const ClientSocket = class extends WebSocket {
  constructor(url: string | URL) {
    const { hostname, port, host, path } = addressOf(String(url));
    super(`ws://${hostname}:${port}${path}`, { headers: { host } });
  }
} as unknown as typeof globalThis.WebSocket;

/** Sends one message and resolves with the first answer. */
export async function ask(
  url: string,
  message: unknown,
  origin: string | null = null,
): Promise<unknown> {
  const socket = connect(url, origin);
  await once(socket, "open");
  socket.send(JSON.stringify(message));
  const [data] = await once(socket, "message");
  socket.close();
  await once(socket, "close");
  return JSON.parse(String(data));
}

/** Status of the refused handshake. */
export async function refusal(url: string, origin: string): Promise<number> {
  const socket = connect(url, origin);
  const [, response] = (await once(socket, "unexpected-response")) as [unknown, IncomingMessage];
  response.resume();
  return response.statusCode ?? 0;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly bytes: Buffer;
  /** The bytes as text. */
  readonly body: string;
}

export function get(url: string): Promise<Answer> {
  return send(url, "GET", "");
}

export function post(
  url: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return send(url, "POST", body, headers);
}

async function send(
  url: string,
  method: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const { hostname, port, host, path } = addressOf(url);
  const [response] = (await once(
    request({ hostname, port, path, method, headers: { ...headers, host } }).end(body),
    "response",
  )) as [IncomingMessage];
  const bytes = await readBytes(response);
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    bytes,
    body: bytes.toString(),
  };
}

/**
 * A static file of a stack, read by its public URL at the bucket itself: MiniStack's HTTP API looks for
 * buckets on the internet (docs/deploy.md).
 */
export async function getStaticFile(stackName: string, key: string): Promise<Answer> {
  const endpoint = process.env["AWS_ENDPOINT_URL"] ?? "";
  const buckets = (await get(`${endpoint}/`)).body;
  const names = [...buckets.matchAll(/<Name>([^<]+)<\/Name>/g)].map(([, name = ""]) => name);
  const bucket = names.find((name) => name.startsWith(`${stackName.toLowerCase()}-static`));
  return get(`${endpoint}/${bucket}/${key}`);
}
