import type { Location } from "./diagnostic.ts";

/** Pragmas whose entries are functions. */
export const functionPragmas = [
  "http",
  "ws",
  "rooms",
  "events",
  "queues",
  "scheduled",
  "tables-streams",
] as const;
/** `customLambdas` are plugins' functions, which only the plugins' code invokes. */
export type FunctionPragma = (typeof functionPragmas)[number] | "customLambdas";

/** A permission on resources outside the app. */
export interface AllowedActions {
  /** `s3:GetObject` */
  readonly actions: readonly string[];
  /** ARNs, or `*`. */
  readonly resources: readonly string[];
}

/** The app's resources a function may use. */
export interface FunctionAccess {
  readonly tables: readonly { readonly name: string; readonly isReadOnly: boolean }[];
  readonly events: readonly string[];
  readonly queues: readonly string[];
  /** Whether it may post to connections, and close them. */
  readonly hasConnections: boolean;
  /** Whether it may use the app's rooms, and revoke sessions. */
  readonly hasRooms: boolean;
  /** What it may do with objects of the bucket of static files. */
  readonly staticFiles: "none" | "read" | "write";
}
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-advanced.html
export type LogFormat = "Text" | "JSON";
export type ApplicationLogLevel = "TRACE" | "DEBUG" | "INFO" | "WARN" | "ERROR" | "FATAL";
export type SystemLogLevel = "DEBUG" | "INFO" | "WARN";

/** Of one VPC. */
export interface VpcSettings {
  /** `subnet-0123456789abcdef0` */
  readonly subnets: readonly string[];
  /** `sg-0123456789abcdef0` */
  readonly securityGroups: readonly string[];
}

/** Lambda settings of one function: `@aws` of the manifest overlaid by the function's `config.arc`. */
export interface FunctionConfig {
  /** Lambda runtime identifier, e.g. `nodejs22.x`, `python3.13`. @default "nodejs22.x" */
  readonly runtime: string;
  /** @default "arm64" */
  readonly architecture: "arm64" | "x86_64";
  /** Lambda handler string relative to the function folder. @default "index.handler" */
  readonly handler: string;
  /** Megabytes, 128–10240. @default 1152 */
  readonly memory: number;
  /** Seconds, 1–900. @default 5 */
  readonly timeout: number;
  /** Ephemeral `/tmp` storage in megabytes, 512–10240. @default 512 */
  readonly storage: number;
  /** Reserved concurrency; 0 disables the function, null reserves none. */
  readonly concurrency: number | null;
  readonly provisionedConcurrency: number | null;
  readonly layers: readonly string[];
  /** ARNs of managed policies. */
  readonly policies: readonly string[];
  readonly allow: readonly AllowedActions[];
  /** `@access` in the function's `config.arc`; null grants everything in the app. */
  readonly access: FunctionAccess | null;
  /** How Lambda writes the function's log. @default "Text" */
  readonly logFormat: LogFormat;
  /** Lowest level of the function's own log lines, with `logFormat` JSON only; null means INFO, Lambda's default. */
  readonly applicationLogLevel: ApplicationLogLevel | null;
  /** Lowest level of Lambda's log lines, with `logFormat` JSON only; null means INFO, Lambda's default. */
  readonly systemLogLevel: SystemLogLevel | null;
  /** Whether X-Ray traces the function. @default false */
  readonly tracing: boolean;
  /** VPC of the function's network interfaces; null means Lambda's own network. @default null */
  readonly vpc: VpcSettings | null;
  /** For a queue's function: overrides `fifo` in the manifest. */
  readonly fifo?: boolean;
  /** `@arc env`: whether the function gets the app's environment variables. @default true */
  readonly env: boolean;
  /** `@arc shared` @default true */
  readonly shared: boolean;
  /** `@arc views` @default true for `get` and `any` routes */
  readonly views: boolean;
  /** `@arc bundle false` ships the folder unchanged, with its `node_modules`. @default true */
  readonly bundle: boolean;
}

export interface LambdaFunction {
  /** `<pragma>/<name>`, unique in the app: `ws/default`, `http/get-cats-000id`. */
  readonly id: string;
  readonly pragma: FunctionPragma;
  /** Name within its pragma: `default`, `get-cats-000id`, `daily`. */
  readonly name: string;
  /** Folders to look in, relative to the project, preferred first. Only one if the manifest sets `src`. */
  readonly sourceCandidates: readonly string[];
  readonly config: FunctionConfig;
  readonly origin: Location | null;
}

export type HttpMethod = "get" | "post" | "put" | "patch" | "delete" | "head" | "options" | "any";

export interface HttpRoute {
  readonly method: HttpMethod;
  /** As written: `/cats/:id`, `/api/*`. */
  readonly path: string;
  readonly functionId: string;
  readonly origin: Location | null;
}

export interface WebSocketRoute {
  /** `$connect`, `$default`, `$disconnect`, or the name of a custom action. */
  readonly routeKey: string;
  readonly functionId: string;
  /** Two-way: the function's `body` is sent back to the caller (API Gateway's route response). */
  readonly hasRouteResponse: boolean;
  readonly origin: Location | null;
}

/** A Lambda REQUEST authorizer of `$connect`. */
export interface WebSocketAuthorizer {
  readonly functionId: string;
  /** `route.request.header.X`, `route.request.querystring.X`; all are required. */
  readonly identitySources: readonly string[];
}

/** Settings of the deployed stage. */
export interface WebSocketStage {
  /** Messages a second; API Gateway answers 429 above. @default 1000 */
  readonly throttlingRateLimit: number;
  /** @default 500 */
  readonly throttlingBurstLimit: number;
  /** Needs an account with a CloudWatch role. @default false */
  readonly hasAccessLogs: boolean;
}

export interface WebSocketApi {
  /** @default "$request.body.action" */
  readonly routeSelectionExpression: string;
  readonly routes: readonly WebSocketRoute[];
  /** Whether messages with the action `arclet-ping` are answered without a function. @default false */
  readonly keepAlive?: boolean;
  readonly authorizer: WebSocketAuthorizer | null;
  /** Accepted logins: a socket opens if one is valid. Empty: anyone may connect. */
  readonly auth: readonly WebSocketAuth[];
  /** Origins of other sites whose pages may connect; null defers to `ALLOWED_ORIGINS`. */
  readonly origins: readonly string[] | null;
  readonly stage: WebSocketStage;
}

export type WebSocketAuth = "ticket" | "session";

/** A line of `@rooms`: rooms are named `kind`, or `kind:rest`. */
export interface RoomKind {
  readonly name: string;
  /** The function that receives joins and leaves, with `presence true`. */
  readonly functionId: string | null;
  /** Most members of a room; null for no limit. */
  readonly members: number | null;
  /** Messages a second that one connection may send to rooms of this kind; null for no limit. */
  readonly rate: number | null;
  readonly origin: Location | null;
}

export interface KeyAttribute {
  readonly name: string;
  /** DynamoDB attribute type. */
  readonly type: "S" | "N" | "B";
}

export interface TableIndex {
  /** Explicit or generated `a-b-index`. */
  readonly name: string;
  readonly partitionKey: KeyAttribute;
  readonly sortKey: KeyAttribute | null;
  /** `"all"`, `"keys"` or the projected attributes. */
  readonly projection: "all" | "keys" | readonly string[];
  readonly origin: Location | null;
}

export interface Table {
  readonly name: string;
  readonly partitionKey: KeyAttribute;
  readonly sortKey: KeyAttribute | null;
  /** Attribute that holds the expiry time in epoch seconds. */
  readonly ttlAttribute: string | null;
  /** `true`: AWS-managed key; a string: KMS key. */
  readonly encrypt: boolean | string;
  readonly pointInTimeRecovery: boolean;
  readonly indexes: readonly TableIndex[];
  readonly origin: Location | null;
}

/** Only what the manifest sets; `eventSources` adds the defaults. */
export interface TableStream {
  /** Table whose changes are streamed. */
  readonly table: string;
  readonly functionId: string;
  /** Records per invocation, 1–10000. */
  readonly batchSize?: number;
  /** Seconds to wait for a full batch, 0–300. */
  readonly batchWindow?: number;
  /** Retries of a failed batch, 0–10000. */
  readonly retries?: number;
  /** Seconds after which a failed record is dropped, 60–86400. */
  readonly maxAge?: number;
  /** Whether a failed batch is split in two. */
  readonly bisect?: boolean;
  readonly origin: Location | null;
}

/** Retries of asynchronous invocations, as the manifest sets them. */
export interface AsyncSettings {
  /** Retries, 0–2. */
  readonly retries?: number;
  /** Seconds after which an event is dropped, 60–21600. */
  readonly maxAge?: number;
}

export interface EventTopic extends AsyncSettings {
  readonly name: string;
  readonly functionId: string;
  readonly origin: Location | null;
}

/** Only what the manifest sets; `eventSources` adds the function's `config.arc` and the defaults. */
export interface Queue {
  readonly name: string;
  readonly functionId: string;
  /** @default true */
  readonly fifo: boolean;
  /** Messages per invocation. */
  readonly batchSize: number;
  /** Seconds to wait for a full batch. */
  readonly batchWindow: number;
  /** Seconds for which a received message stays hidden, 0–43200. */
  readonly visibilityTimeout?: number;
  /** Receives before a message moves to the dead-letter queue, 1–1000. */
  readonly maxReceiveCount?: number;
  /** Locations of the settings by name, for rules checked later, when the function's `config.arc` is known. */
  readonly settings?: Readonly<Record<string, Location>>;
  readonly origin: Location | null;
}

export interface Schedule extends AsyncSettings {
  readonly name: string;
  readonly functionId: string;
  /** AWS expression: `rate(1 day)` or `cron(0 12 * * ? *)`. */
  readonly expression: string;
  /** IANA time zone. @default "UTC" */
  readonly timezone: string;
  readonly origin: Location | null;
}

export interface StaticFiles {
  /** Relative to the project. @default "public" */
  readonly folder: string;
  readonly fingerprint: boolean | "external";
  readonly ignore: readonly string[];
  readonly prefix: string | null;
  readonly prune: boolean;
  readonly spa: boolean;
  readonly compression: false | "br" | "gzip";
  /**
   * Whether deployed files are readable only through the app. False: anyone who knows the bucket can read them there.
   * null means true, except that a bucket deployed by Architect keeps its public access.
   * @default null
   */
  readonly private: boolean | null;
}

export interface Proxy {
  readonly testing: string | null;
  readonly staging: string | null;
  readonly production: string | null;
}

/** Settings of `@aws` that are not defaults of functions. */
export interface AwsSettings {
  readonly region: string | null;
  readonly profile: string | null;
  /** Bucket for deployment artifacts. */
  readonly bucket: string | null;
  /** Termination protection of production stacks; null leaves it as it is. @default null */
  readonly protect: boolean | null;
  /** Days to keep logs; null keeps them forever. @default 30 */
  readonly logRetention: number | null;
  /** ARN of the permissions boundary of every role. @default null */
  readonly permissionsBoundary: string | null;
  /** Tags of every deployed resource, by name. */
  readonly tags: { readonly [name: string]: string };
  /** Whether events, schedules and stream records that fail every retry go to a queue. @default false */
  readonly deadLetters: boolean;
  /** E-mail address or SNS topic ARN that is notified of errors and throttles. @default null */
  readonly alarms: string | null;
  /** @default "http" */
  readonly apigateway: "http" | "httpv2" | "httpv1" | "rest";
}

/** `@cors`: which other origins' pages may call the HTTP API, and how. */
export interface CorsSettings {
  /** `https://example.com`, `*`, `http://*` or `https://*`. */
  readonly origins: readonly string[];
  /** `GET`, or `*`. */
  readonly methods: readonly string[];
  /** Request headers to allow; `*` for all. */
  readonly headers: readonly string[];
  /** Response headers that pages may read. */
  readonly exposed: readonly string[];
  readonly hasCredentials: boolean;
  /** Seconds for which browsers cache a preflight response; null leaves it to them. */
  readonly maxAgeSeconds: number | null;
}

/** `@domain` of one stage. */
export interface Domain {
  /** Host of the HTTP API, or of CloudFront with `@cdn`. */
  readonly http: string | null;
  /** Host of the WebSocket API. */
  readonly ws: string | null;
  /** ARN of a certificate for the hosts. */
  readonly certificate: string;
  /** Id of the Route 53 hosted zone for the DNS records; null if they are managed elsewhere. */
  readonly zone: string | null;
  readonly origin: Location | null;
}

/** A plugin named under `@plugins`. */
export interface PluginReference {
  readonly name: string;
  /** Module path given by `src`, relative to the project. */
  readonly src: string | null;
  readonly origin: Location | null;
}

/** A plain value of the manifest, as plugins see it. */
export type PlainValue =
  | string
  | number
  | boolean
  | readonly PlainValue[]
  | { readonly [key: string]: PlainValue };

/** The checked, frozen model of one app. */
export interface Manifest {
  readonly app: string;
  readonly functions: readonly LambdaFunction[];
  /** null: the app has no `@http` and no HTTP API. */
  readonly http: { readonly routes: readonly HttpRoute[] } | null;
  /** null: the app has no `@ws`. */
  readonly ws: WebSocketApi | null;
  readonly rooms: readonly RoomKind[];
  readonly tables: readonly Table[];
  readonly tableStreams: readonly TableStream[];
  readonly events: readonly EventTopic[];
  readonly queues: readonly Queue[];
  readonly schedules: readonly Schedule[];
  /** null if disabled with `@static false`. */
  readonly static: StaticFiles | null;
  readonly shared: { readonly src: string; readonly only: readonly string[] | null } | null;
  readonly views: { readonly src: string; readonly only: readonly string[] | null } | null;
  readonly proxy: Proxy | null;
  readonly cdn: boolean;
  /** null: pages of other origins cannot read responses unless a function sends CORS headers. */
  readonly cors: CorsSettings | null;
  readonly domains: { readonly staging: Domain | null; readonly production: Domain | null };
  readonly aws: AwsSettings;
  readonly plugins: readonly PluginReference[];
  /** Every pragma, known to Arclet or not, as plain values for plugins. */
  readonly pragmas: { readonly [pragma: string]: readonly PlainValue[] };
}
