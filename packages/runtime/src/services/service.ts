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

/** A local stand-in for a service of AWS. */
export interface Service {
  /** Takes over an edited manifest. What left it keeps its data. */
  update(manifest: Manifest): Promise<void>;
  /** Begins to invoke functions. May be called again. */
  start(): void;
  /** Variables that lead functions' AWS SDK and helpers here. */
  environment(): Readonly<Record<string, string>>;
  /** Logical names to physical names, ARNs or URLs, as `@architect/functions` looks them up. */
  discovered(): Readonly<Record<string, string>>;
  /** The port of its own, if it has one. */
  readonly port?: number;
  /** Null: the request is for another service. */
  answer?(request: ServiceRequest): Promise<HttpAnswer | null>;
  deadLetters(): readonly DeadLetter[];
  /** Stops taking in, waits for what runs, keeps the rest when there is a data folder. */
  close(): Promise<void>;
}

/** How a service is made, when the manifest first needs it. */
export interface ServiceKind {
  /** As Architect names it in ports and discovery. */
  readonly name: string;
  isNeeded(manifest: Manifest, context: ServiceContext): boolean;
  /** Whether functions reach it through the services' port. */
  readonly usesPort: boolean;
  open(context: ServiceContext, app: RuntimeApp): Promise<Service>;
}
