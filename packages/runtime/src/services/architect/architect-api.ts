import type { ConnectionRouter } from "../../connections/connection-router.ts";
import { parseObject, textAnswer, type HttpAnswer } from "../../http/http-answer.ts";
import type { RuntimeApp } from "../../runtime-app.ts";
import type { ServiceRequest } from "../service.ts";
import { answerParameters, type Discovered } from "./discovery.ts";

export interface ArchitectTargets {
  readonly app: RuntimeApp;
  readonly connections: ConnectionRouter;
  /** Ports of the services, by Architect's names. */
  readonly ports: Readonly<Record<string, number>>;
  /** Discoverable resources, by service name. */
  readonly discovered: Discovered;
}

/** Requests of `@architect/functions` outside the services: discovery, and sockets of its 2019 version. */
export async function answerArchitect(
  { path, target, body }: ServiceRequest,
  { app: { manifest, root, services = {} }, connections, ports, discovered }: ArchitectTargets,
): Promise<HttpAnswer> {
  const input = parseObject(body);
  if (input === null) return textAnswer(400, "The body is not a JSON object");
  if (path.startsWith("/_arc/ssm")) {
    const known: Discovered = {
      tables: {},
      events: {},
      queues: {},
      ...discovered,
      ...(manifest.static === null
        ? {}
        : { static: { bucket: `${root}/${manifest.static.folder}` } }),
      ...services,
      ARC_SANDBOX: { ports: JSON.stringify(ports) },
    };
    return answerParameters(manifest.app, known, { target: target ?? "", input });
  }
  if (path === "/__arc") return sendToSocket(connections, input);
  return textAnswer(404, `No local service at ${path}`);
}

/** As in Architect of 2019, always responds with 200. */
async function sendToSocket(
  connections: ConnectionRouter,
  { id, payload }: Readonly<Record<string, unknown>>,
): Promise<HttpAnswer> {
  if (typeof id !== "string") return textAnswer(400, "id is missing");
  const data = typeof payload === "string" ? payload : JSON.stringify(payload ?? null);
  await connections.request(id, { type: "send", data });
  return textAnswer(200, "");
}
