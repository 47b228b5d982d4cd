/** Describes a setting's value. Readers validate with it; editors and schemas show it. */
export type SettingEntry = { readonly text: string } & (
  | IntegerRange
  | { readonly kind: "flag" }
  | { readonly kind: "words"; readonly words: readonly string[]; readonly isFlag?: boolean }
  | { readonly kind: "text" }
  | { readonly kind: "list" }
);

export interface IntegerRange {
  readonly kind: "integer";
  readonly minimum: number;
  readonly maximum: number;
  /** As messages show it, with a leading space: ` (seconds)`. */
  readonly unit: string;
}

export interface PragmaEntry {
  readonly text: string;
  /** Settings on lines of their own, right below the pragma. */
  readonly settings?: Readonly<Record<string, SettingEntry>>;
  /** Settings below the name of an entry: a function, a table. */
  readonly entrySettings?: Readonly<Record<string, SettingEntry>>;
}

export type IntegerEntry = IntegerRange & { readonly text: string };

const integer = (text: string, minimum: number, maximum: number, unit = ""): IntegerEntry => ({
  kind: "integer",
  text,
  minimum,
  maximum,
  unit: unit === "" ? "" : ` (${unit})`,
});
const flag = (text: string): SettingEntry => ({ kind: "flag", text });
const words = (text: string, ...list: readonly string[]): SettingEntry => ({
  kind: "words",
  text,
  words: list,
});
const text = (description: string): SettingEntry => ({ kind: "text", text: description });
const list = (description: string): SettingEntry => ({ kind: "list", text: description });

const src = text("The function's folder, from the project's root.");

/** Whole numbers of `@aws`. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const lambdaIntegers: Readonly<
  Record<"memory" | "timeout" | "storage" | "concurrency" | "provisionedConcurrency", IntegerEntry>
> = {
  memory: integer("Memory of the function; 1152 by default.", 128, 10_240, "megabytes"),
  timeout: integer("Longest time an invocation may take; 5 by default.", 1, 900, "seconds"),
  storage: integer("Size of /tmp; 512 by default.", 512, 10_240, "megabytes"),
  concurrency: integer("Most concurrent invocations; the account's limit by default.", 0, 10_000),
  provisionedConcurrency: integer("Execution environments that AWS keeps ready.", 1, 10_000),
};

/** Whole numbers of events and schedules. https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html */
export const asyncIntegers: Readonly<Record<"retries" | "maxAge", IntegerEntry>> = {
  retries: integer("How often a failed event is retried; 2 by default.", 0, 2),
  maxAge: integer("Age at which an event is dropped; 21600 by default.", 60, 21_600, "seconds"),
};

/**
 * Whole numbers of queues. https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
 * and https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
 */
export const queueIntegers: Readonly<
  Record<"batchSize" | "batchWindow" | "visibilityTimeout" | "maxReceiveCount", IntegerEntry>
> = {
  batchSize: integer("Most messages in one invocation; 1 by default.", 1, 10_000),
  batchWindow: integer("Longest wait to fill a batch; 0 by default.", 0, 300, "seconds"),
  visibilityTimeout: integer(
    "How long a received message stays hidden from other receivers.",
    0,
    43_200,
    "seconds",
  ),
  maxReceiveCount: integer(
    "Receives before a message moves to the dead-letter queue; 5 by default.",
    1,
    1000,
  ),
};

/** Whole numbers of streams. https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html */
export const streamIntegers: Readonly<
  Record<"batchSize" | "batchWindow" | "retries" | "maxAge", IntegerEntry>
> = {
  batchSize: integer("Most records in one invocation; 10 by default.", 1, 10_000),
  batchWindow: integer("Longest wait to fill a batch; 0 by default.", 0, 300, "seconds"),
  retries: integer("How often a failed batch is retried.", 0, 10_000),
  maxAge: integer("Age at which a record is dropped; 86400 by default.", 60, 86_400, "seconds"),
};

/** https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid.html#apis-apiid-model-cors */
export const corsAge: IntegerEntry = integer(
  "How long a browser may cache the response to OPTIONS.",
  0,
  86_400,
  "seconds",
);

/** Of TCP. */
export const highestPort = 65_535;

const levels = ["DEBUG", "INFO", "WARN"] as const;

/** Settings of functions, allowed under `@aws` in the manifest and in `config.arc`. */
const lambdaEntries: Readonly<Record<string, SettingEntry>> = {
  ...lambdaIntegers,
  architecture: words("Processor on AWS; arm64 by default.", "arm64", "x86_64"),
  runtime: text("Lambda runtime, such as nodejs24.x or python3.14."),
  handler: text("Handler's file and export, such as index.handler."),
  layers: list("ARNs of layer versions, at most 5."),
  policies: list("ARNs of managed policies, at most 10."),
  allow: list("IAM actions, then the ARNs they apply to; on AWS only."),
  logFormat: words("Format of log lines; Text by default.", "Text", "JSON"),
  applicationLogLevel: words(
    "Lowest level of the function's log lines to keep; needs logFormat JSON.",
    "TRACE",
    ...levels,
    "ERROR",
    "FATAL",
  ),
  tracing: flag("Whether X-Ray traces the function."),
  vpc: list("Ids of subnets and security groups (subnet-… sg-…), or false."),
  systemLogLevel: words(
    "Lowest level of Lambda's own log lines to keep; needs logFormat JSON.",
    ...levels,
  ),
};

/** Every pragma that editors offer, with its settings. Obsolete pragmas and synonyms are omitted. */
export const pragmaCatalog: Readonly<Record<string, PragmaEntry>> = {
  app: { text: "The app's name, on the next line." },
  aws: {
    text: "Defaults of every function, and settings of the app on AWS.",
    settings: {
      region: text("AWS region, such as eu-central-1."),
      profile: text("AWS profile for deploys."),
      bucket: text("S3 bucket for deployed archives; created when missing."),
      protect: flag("Whether production stacks have termination protection."),
      apigateway: words("Kind of HTTP API; http by default.", "http", "httpv2", "httpv1", "rest"),
      logRetention: text("Days that logs are kept, or never; 30 by default."),
      permissionsBoundary: text("ARN of the permissions boundary of every role."),
      deadLetters: flag("Whether events that fail every retry go to a queue."),
      alarms: text("E-mail address or SNS topic that gets the functions' alarms."),
      tags: list("Tags of the stack: one name and value per line."),
      ...lambdaEntries,
    },
  },
  http: {
    text: "HTTP routes: one method and path per line, such as `get /cats/:id`. Each is a function.",
    entrySettings: {
      method: words(
        "The route's method.",
        ..."get post put patch delete head options any".split(" "),
      ),
      src,
    },
  },
  ws: {
    text: "A WebSocket API with connect, default and disconnect. Each line adds an action.",
    entrySettings: {
      src,
      response: flag("Whether what the function returns is sent back to the caller."),
    },
  },
  cors: {
    text: "Origins whose pages may call the HTTP API; every origin when nothing follows.",
    settings: {
      origins: list("Origins such as https://example.com, or *."),
      methods: list("GET, POST and so on, or *."),
      headers: list("Headers that requests may have, or *."),
      expose: list("Response headers that pages may read."),
      credentials: flag("Whether requests may carry cookies; needs each origin listed."),
      maxAge: corsAge,
    },
  },
  domain: {
    text: "Custom domains of the deployed app: staging or production, with hosts below.",
    entrySettings: {
      http: text("Host of pages, such as app.example.com."),
      ws: text("Host of sockets, such as ws.example.com."),
      certificate: text("ARN of an AWS Certificate Manager certificate."),
      zone: text("Id of the Route 53 hosted zone for the DNS records."),
    },
  },
  "ws-settings": {
    text: "Settings of the WebSocket API as a whole.",
    settings: {
      selection: text("How a message names its action: $request.body.action by default."),
      authorizer: text("Folder of a Lambda REQUEST authorizer in front of connect."),
      identity: list("Identity sources of the authorizer: header.Name or querystring.name."),
      auth: list("Built-in login for sockets: ticket, session, or both."),
      origins: list(
        "Origins of pages that may connect, such as https://www.example.com; * for all.",
      ),
      throttlingRateLimit: integer(
        "Rate limit of the deployed API; 1000 by default.",
        1,
        1_000_000,
        "messages a second",
      ),
      throttlingBurstLimit: integer(
        "Burst limit of the deployed API; 500 by default.",
        1,
        1_000_000,
        "messages a second",
      ),
      accessLogs: flag("Whether the deployed stage writes access logs."),
      keepAlive: flag("Answers messages with the action arclet-ping without running a function."),
    },
  },
  rooms: {
    text: "Kinds of rooms: one name per line. A room of kind chat is named `chat` or `chat:lobby`.",
    entrySettings: {
      presence: flag("Whether src/rooms/<kind> runs when members join and leave."),
      members: integer("Most members in one room.", 1, 100_000),
      rate: integer("Most messages one connection may send.", 1, 1000, "messages a second"),
      src,
    },
  },
  events: {
    text: "SNS topics: one name per line. Each has a function.",
    entrySettings: { src, ...asyncIntegers },
  },
  queues: {
    text: "SQS queues: one name per line. Each has a function.",
    entrySettings: {
      src,
      fifo: flag("Whether messages keep their order; true by default."),
      ...queueIntegers,
    },
  },
  scheduled: {
    text: "Functions that run on a schedule: `daily rate(1 day)`, `noon cron(0 12 * * ? *)`.",
    entrySettings: {
      src,
      rate: text("A number and minutes, hours or days, such as 5 minutes."),
      cron: text("Six fields: minutes, hours, day of month, month, day of week, year."),
      timezone: text("Time zone, such as Europe/Berlin; UTC by default."),
      ...asyncIntegers,
    },
  },
  tables: {
    text: "DynamoDB tables: `*String` is the partition key, `**String` the sort key, `TTL` the time to live.",
    entrySettings: {
      encrypt: words("true, or the ARN of a KMS key.", "true", "false"),
      PointInTimeRecovery: flag("Whether AWS keeps point-in-time backups for 35 days."),
      stream: flag("Whether src/tables-streams/<table> receives every change."),
    },
  },
  "tables-indexes": {
    text: "Indexes of tables: the table's name, with keys below it.",
    entrySettings: {
      name: text("The index's name."),
      projection: list("Attributes in the index: all (default), keys, or their names."),
    },
  },
  "tables-streams": {
    text: "Functions that receive every change of a table.",
    entrySettings: {
      src,
      table: text("The table's name, when it differs from the line's."),
      ...streamIntegers,
      bisect: flag("Whether a failed batch is split in two and retried; true by default."),
    },
  },
  static: {
    text: "Static files, served at /_static/ and at / when no route takes the path.",
    settings: {
      folder: text("Folder of the files; public by default."),
      fingerprint: {
        ...words("Adds a hash to file names; external when a bundler has done so.", "external"),
        isFlag: true,
      } as SettingEntry,
      ignore: list("Files whose names contain one of these are not served or uploaded."),
      prefix: text("Folder in the bucket."),
      prune: flag("Whether a deploy deletes files that are gone."),
      spa: flag("Whether index.html answers paths without an extension."),
      compression: {
        ...words("Compression of stored text files.", "br", "gzip"),
        isFlag: true,
      } as SettingEntry,
      private: flag("Whether the bucket is private to the app; true by default."),
    },
  },
  proxy: {
    text: "Server that gets the requests no route or file answers.",
    settings: {
      testing: text("URL when the app runs locally."),
      staging: text("URL in staging."),
      production: text("URL in production."),
    },
  },
  shared: {
    text: "The folder imported as @shared/…; src/shared by default.",
    settings: { src: text("The folder.") },
  },
  views: {
    text: "The folder imported as @architect/views/…; src/views by default.",
    settings: { src: text("The folder.") },
  },
  cdn: { text: "Puts CloudFront in front of the deployed app." },
  plugins: { text: "Plugins: one package name per line." },
};

/** Pragmas of a function's own `config.arc`. */
export const functionPragmaCatalog: Readonly<Record<string, PragmaEntry>> = {
  aws: { text: "Settings of this function.", settings: lambdaEntries },
  arc: {
    text: "How this function is built.",
    settings: {
      env: flag("Whether it gets the app's environment variables; true by default."),
      bundle: flag("Whether its code is bundled; true by default."),
      shared: flag("Whether it uses src/shared; true by default."),
      views: flag("Whether it uses src/views."),
    },
  },
  access: {
    text: "The app's resources that the function may use on AWS: tables, events, queues, connections, rooms, static.",
  },
};

/** Pragmas of `preferences.arc`. */
export const preferencesCatalog: Readonly<Record<string, PragmaEntry>> = {
  env: {
    text: "Environment variables: names and values below testing, staging or production.",
    settings: {
      testing: list("Variables of the local app."),
      staging: list("Variables of staging."),
      production: list("Variables of production."),
    },
  },
  sandbox: {
    text: "The local app.",
    settings: {
      ports: list("Ports by service, such as http 3333."),
      env: words("Environment whose variables are used.", "testing", "staging", "production"),
      "seed-data": text("File with items to put into the tables."),
      "external-db": flag("Whether tables are in another DynamoDB."),
      useAWS: flag("Whether the app uses the tables on AWS."),
      livereload: flag("Whether pages reload when you save."),
      coldstart: flag("Whether every invocation starts cold."),
    },
  },
  create: {
    text: "What arclet init writes.",
    settings: {
      autocreate: flag("Whether dev writes missing functions."),
      templates: list("Template files by pragma, such as ws templates/ws.js."),
    },
  },
};
