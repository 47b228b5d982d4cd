import type { Manifest } from "@arclet/manifest";
import type { HttpAnswer } from "../http/http-answer.ts";
import type { RuntimeApp } from "../runtime-app.ts";
import type { DeadLetter, ServiceContext } from "./service-context.ts";

/** A request of a function's helper or AWS SDK. */
export interface ServiceRequest {
  /** Without the query. */
  readonly path: string;
  /** Header `x-amz-target`: `AmazonSQS.SendMessage`. */
  readonly target: string | null;
  readonly body: string;
}

/** A local replacement of an AWS service. */
export interface Service {
  /** Applies an edited manifest. Removed resources keep their data. */
  update(manifest: Manifest): Promise<void>;
  /** Starts to invoke functions. May be called again. */
  start(): void;
  /** Environment variables that point functions' AWS SDK and helpers to this service. */
  environment(): Readonly<Record<string, string>>;
  /** Logical names to physical names, ARNs or URLs, as `@architect/functions` looks them up. */
  discovered(): Readonly<Record<string, string>>;
  /** The port of its own, if it has one. */
  readonly port?: number;
  /** Null if the request is for another service. */
  answer?(request: ServiceRequest): Promise<HttpAnswer | null>;
  deadLetters(): readonly DeadLetter[];
  /** Stops accepting requests, waits for running work, and stores the rest if there is a data folder. */
  close(): Promise<void>;
}

/** Creates a service when the manifest first needs it. */
export interface ServiceKind {
  /** As Architect names it in ports and discovery. */
  readonly name: string;
  isNeeded(manifest: Manifest, context: ServiceContext): boolean;
  /** Whether functions reach it through the services' port. */
  readonly usesPort: boolean;
  open(context: ServiceContext, app: RuntimeApp): Promise<Service>;
}
