/** What a setting's value may be. Readers check by it; editors, schemas and completions show it. */
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
  /** As messages name it, with a space in front: ` (seconds)`. */
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
  timeout: integer("How long an invocation may take; 5 by default.", 1, 900, "seconds"),
  storage: integer("Size of /tmp; 512 by default.", 512, 10_240, "megabytes"),
  concurrency: integer("Invocations at a time; without it, the account's limit.", 0, 10_000),
  provisionedConcurrency: integer("Environments that are kept ready on AWS.", 1, 10_000),
};

/** Whole numbers of events and schedules. https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html */
export const asyncIntegers: Readonly<Record<"retries" | "maxAge", IntegerEntry>> = {
  retries: integer("How often a failed event is tried again; 2 by default.", 0, 2),
  maxAge: integer("How old an event may get; 21600 by default.", 60, 21_600, "seconds"),
};

/**
 * Whole numbers of queues. https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
 * and https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
 */
export const queueIntegers: Readonly<
  Record<"batchSize" | "batchWindow" | "visibilityTimeout" | "maxReceiveCount", IntegerEntry>
> = {
  batchSize: integer("Messages in one invocation; 1 by default.", 1, 10_000),
  batchWindow: integer("How long to gather them; 0 by default.", 0, 300, "seconds"),
  visibilityTimeout: integer("How long a message in work is hidden.", 0, 43_200, "seconds"),
  maxReceiveCount: integer("Tries before a message is a dead letter; 5 by default.", 1, 1000),
};

/** Whole numbers of streams. https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html */
export const streamIntegers: Readonly<
  Record<"batchSize" | "batchWindow" | "retries" | "maxAge", IntegerEntry>
> = {
  batchSize: integer("Records in one invocation; 10 by default.", 1, 10_000),
  batchWindow: integer("How long to gather them; 0 by default.", 0, 300, "seconds"),
  retries: integer("How often a failed batch is tried again.", 0, 10_000),
  maxAge: integer("How old a record may get; 86400 by default.", 60, 86_400, "seconds"),
};

/** https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid.html#apis-apiid-model-cors */
export const corsAge: IntegerEntry = integer(
  "How long a browser may keep an answer to OPTIONS.",
  0,
  86_400,
  "seconds",
);

/** Of TCP. */
export const highestPort = 65_535;

const levels = ["DEBUG", "INFO", "WARN"] as const;

/** Settings of `@aws` that functions have, in the manifest and in their own `config.arc`. */
const lambdaEntries: Readonly<Record<string, SettingEntry>> = {
  ...lambdaIntegers,
  architecture: words("Processor on AWS; arm64 by default.", "arm64", "x86_64"),
  runtime: text("Lambda's identifier, such as nodejs24.x or python3.14."),
  handler: text("File and export, such as index.handler."),
  layers: list("ARNs of layer versions, at most 5."),
  policies: list("ARNs of managed policies, at most 10."),
  allow: list("Actions, then the ARNs they are for; on AWS only."),
  logFormat: words("Form of log lines; Text by default.", "Text", "JSON"),
  applicationLogLevel: words(
    "Lowest level that is kept of the function's lines, with logFormat JSON.",
    "TRACE",
    ...levels,
    "ERROR",
    "FATAL",
  ),
  tracing: flag("Whether X-Ray traces the function."),
  vpc: list("Ids of subnets and security groups (subnet-… sg-…), or false."),
  systemLogLevel: words("The same for Lambda's own lines, with logFormat JSON.", ...levels),
};

/** Every pragma that an editor offers, with its settings. Retired ones and synonyms are left out. */
export const pragmaCatalog: Readonly<Record<string, PragmaEntry>> = {
  app: { text: "The app's name, on the next line." },
  aws: {
    text: "Defaults of every function, and settings of the app on AWS.",
    settings: {
      region: text("AWS region, such as eu-central-1."),
      profile: text("AWS profile for deploys."),
      bucket: text("S3 bucket for archives; made when missing."),
      protect: flag("Whether production stacks have termination protection."),
      apigateway: words("Kind of HTTP API; http by default.", "http", "httpv2", "httpv1", "rest"),
      logRetention: text("Days that logs are kept, or never; 30 by default."),
      permissionsBoundary: text("ARN of a policy that bounds every role."),
      deadLetters: flag("Whether events that Lambda gives up go to a queue."),
      alarms: text("An address or an SNS topic for alarms of each function."),
      tags: list("Tags of the stack, a name and a value a line."),
      ...lambdaEntries,
    },
  },
  http: {
    text: "HTTP routes: a method and a path a line, such as `get /cats/:id`. Each is a function.",
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
      response: flag("Whether the function's body is sent back to the caller."),
    },
  },
  cors: {
    text: "Which other origins' pages may call the HTTP API; alone, all of them.",
    settings: {
      origins: list("Origins such as https://example.com, or *."),
      methods: list("GET, POST and so on, or *."),
      headers: list("Headers that requests may have, or *."),
      expose: list("Headers of answers that pages may read."),
      credentials: flag("Whether requests may have cookies; needs origins by name."),
      maxAge: corsAge,
    },
  },
  domain: {
    text: "Hosts of the deployed app: staging or production, and its hosts below it.",
    entrySettings: {
      http: text("Host of pages, such as app.example.com."),
      ws: text("Host of sockets, such as ws.example.com."),
      certificate: text("ARN of a certificate of AWS Certificate Manager."),
      zone: text("Id of the Route 53 hosted zone that gets the records."),
    },
  },
  "ws-settings": {
    text: "Settings of the WebSocket API as a whole.",
    settings: {
      selection: text("How a message names its action: $request.body.action by default."),
      authorizer: text("Folder of a Lambda REQUEST authorizer in front of connect."),
      identity: list("What the authorizer needs: header.Name or querystring.name."),
      auth: list("Who may connect without code of yours: ticket, session, or both."),
      origins: list(
        "Origins of pages that may connect, such as https://www.example.com; * for all.",
      ),
      throttlingRateLimit: integer("Deployed: 1000 by default.", 1, 1_000_000, "messages a second"),
      throttlingBurstLimit: integer("Deployed: 500 by default.", 1, 1_000_000, "messages a second"),
      accessLogs: flag("Whether the deployed stage writes access logs."),
      keepAlive: flag("Answers messages with the action arclet-ping without a function."),
    },
  },
  rooms: {
    text: "Kinds of rooms: a name a line. A room is `chat`, or `chat:lobby`.",
    entrySettings: {
      presence: flag("Whether a function learns who comes and goes."),
      members: integer("Most members of one room.", 1, 100_000),
      rate: integer("Most messages of a member.", 1, 1000, "messages a second"),
      src,
    },
  },
  events: {
    text: "SNS topics: a name a line. Each has a function.",
    entrySettings: { src, ...asyncIntegers },
  },
  queues: {
    text: "SQS queues: a name a line. Each has a function.",
    entrySettings: {
      src,
      fifo: flag("Whether messages keep their order; true by default."),
      ...queueIntegers,
    },
  },
  scheduled: {
    text: "Functions that run by the clock: `daily rate(1 day)`, `noon cron(0 12 * * ? *)`.",
    entrySettings: {
      src,
      rate: text("A number and minutes, hours or days."),
      cron: text("Six fields: minutes, hours, day of month, month, day of week, year."),
      timezone: text("Such as Europe/Berlin; UTC by default."),
      ...asyncIntegers,
    },
  },
  tables: {
    text: "DynamoDB tables: `*String` is the partition key, `**String` the sort key, `TTL` the time to live.",
    entrySettings: {
      encrypt: words("true, or the ARN of a KMS key.", "true", "false"),
      PointInTimeRecovery: flag("Whether AWS keeps backups of the last 35 days."),
      stream: flag("Whether src/tables-streams/<table> gets every change."),
    },
  },
  "tables-indexes": {
    text: "Indexes of tables: the table's name, and keys below it.",
    entrySettings: {
      name: text("The index's name."),
      projection: list("all (default), keys, or the attributes."),
    },
  },
  "tables-streams": {
    text: "Functions that get every change of a table.",
    entrySettings: {
      src,
      table: text("The table, when the line has another name."),
      ...streamIntegers,
      bisect: flag("Whether a failed batch is halved; true by default."),
    },
  },
  static: {
    text: "Static files, served at /_static/ and at / when no route takes the path.",
    settings: {
      folder: text("public by default."),
      fingerprint: { ...words("Names with a hash.", "external"), isFlag: true } as SettingEntry,
      ignore: list("Parts of names that are neither served nor uploaded."),
      prefix: text("Folder in the bucket."),
      prune: flag("Whether a deploy deletes files that are gone."),
      spa: flag("Whether index.html answers paths without an extension."),
      compression: { ...words("How text is stored.", "br", "gzip"), isFlag: true } as SettingEntry,
      private: flag("Whether only the app reads the bucket; true by default."),
    },
  },
  proxy: {
    text: "Where requests go that nothing else takes.",
    settings: {
      testing: text("A URL, locally."),
      staging: text("A URL, in staging."),
      production: text("A URL, in production."),
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
  cdn: { text: "CloudFront in front of the deployed app." },
  plugins: { text: "Plugins: the name of a package a line." },
};

/** Pragmas of a function's own `config.arc`. */
export const functionPragmaCatalog: Readonly<Record<string, PragmaEntry>> = {
  aws: { text: "Settings of this function.", settings: lambdaEntries },
  arc: {
    text: "How this function is built.",
    settings: {
      env: flag("Whether it has the app's variables; true by default."),
      bundle: flag("Whether its code is bundled; true by default."),
      shared: flag("Whether it uses src/shared; true by default."),
      views: flag("Whether it uses src/views."),
    },
  },
  access: {
    text: "What of the app the function may use on AWS: tables, events, queues, connections, static.",
  },
};

/** Pragmas of `preferences.arc`. */
export const preferencesCatalog: Readonly<Record<string, PragmaEntry>> = {
  env: {
    text: "Variables by environment: names and values below testing, staging or production.",
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
      "seed-data": text("File with items of tables."),
      "external-db": flag("Whether tables are elsewhere."),
      useAWS: flag("Whether tables are those on AWS."),
      livereload: flag("Whether pages load again when you save."),
      coldstart: flag("Whether every invocation starts cold."),
    },
  },
  create: {
    text: "What arclet init writes.",
    settings: {
      autocreate: flag("Whether dev writes missing functions."),
      templates: list("Files by pragma, such as ws templates/ws.js."),
    },
  },
};
