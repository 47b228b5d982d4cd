import { runInNewContext } from "node:vm";
import type { Template, TemplateValue } from "@arclet/deploy";
import { expect, test } from "vitest";
import { keyFunctionCode } from "../src/resources/cdn.ts";
import { apps, manifestOf, templateOf } from "./apps.ts";
import { expectValid } from "./expect-valid.ts";
import { findings } from "./service-specification.ts";
import { ofType, propertiesOf } from "./template-queries.ts";

const everything = apps[0]?.[1] ?? "";

test.each(apps)("the stack of %s is as AWS's specification says", async (_name, text) => {
  expect(findings(templateOf(await manifestOf(text)))).toEqual([]);
});

test("what the specification does not have is found", async () => {
  const template = templateOf(await manifestOf("@app\necho\n\n@ws\n"));
  const broken = {
    ...template,
    Resources: {
      Api: { Type: "AWS::ApiGatewayV2::Api", Properties: { Colour: "red", Name: 1 } },
      Function: {
        Type: "AWS::Lambda::Function",
        Properties: { Code: {}, Role: "r", Environment: { Variable: {} } },
      },
    },
  };
  expect(findings(broken)).toEqual([
    "Api.Properties.Colour is unknown",
    "Api.Properties.Name is no string",
    "Function.Properties.Environment.Variable is unknown",
  ]);
  expect(() => expectValid(broken)).toThrow(/Colour is unknown/);
});

test("a new route adds resources and moves no logical id", async () => {
  const before = templateOf(await manifestOf("@app\necho\n\n@ws\n"));
  const after = templateOf(await manifestOf("@app\necho\n\n@ws\nshout\n"));
  const ids = Object.keys(after.Resources);
  expect(Object.keys(before.Resources).filter((id) => !ids.includes(id))).toEqual([]);
  expect(ids.length).toBeGreaterThan(Object.keys(before.Resources).length);
  expect(after.Resources["WebSocketStage"]?.Properties).toMatchObject({ AutoDeploy: true });
});

test("new code changes nothing but the code", async () => {
  const manifest = await manifestOf("@app\necho\n\n@ws\n");
  const before = templateOf(manifest, { hasStaticFiles: false });
  const assets = manifest.functions.map(({ id }) => ({
    functionId: id,
    handler: "index.handler",
    bucket: "artifacts",
    key: "functions/1.zip",
  }));
  const after = templateOf(manifest, { assets, hasStaticFiles: false });
  expect(Object.keys(after.Resources)).toEqual(Object.keys(before.Resources));
  const changed = Object.keys(after.Resources).filter(
    (id) => JSON.stringify(after.Resources[id]) !== JSON.stringify(before.Resources[id]),
  );
  expect(changed.map((id) => after.Resources[id]?.Type)).toEqual(
    manifest.functions.map(() => "AWS::Lambda::Function"),
  );
});

test("tables outlive their stack, unless it was never made", async () => {
  const template = templateOf(await manifestOf(everything));
  expect(
    ofType(template, "AWS::DynamoDB::Table").map((table) => [
      table.DeletionPolicy,
      table.UpdateReplacePolicy,
    ]),
  ).toEqual([
    ["RetainExceptOnCreate", "Retain"],
    ["RetainExceptOnCreate", "Retain"],
  ]);
});

test("a table has its keys, indexes, expiry, encryption, backups and stream", async () => {
  const [cats, notes] = propertiesOf(
    templateOf(await manifestOf(everything)),
    "AWS::DynamoDB::Table",
  );
  expect(cats).toMatchObject({
    BillingMode: "PAY_PER_REQUEST",
    KeySchema: [
      { AttributeName: "id", KeyType: "HASH" },
      { AttributeName: "at", KeyType: "RANGE" },
    ],
    GlobalSecondaryIndexes: [
      { IndexName: "byOwner", KeySchema: [{ AttributeName: "owner", KeyType: "HASH" }] },
    ],
    TimeToLiveSpecification: { AttributeName: "expires", Enabled: true },
    SSESpecification: { SSEEnabled: true },
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    StreamSpecification: { StreamViewType: "NEW_AND_OLD_IMAGES" },
  });
  expect(notes).not.toHaveProperty("StreamSpecification");
});

test("what provisioned concurrency keeps warm is new with new code, settings and variables", async () => {
  const text = "@app\nwarm\n\n@aws\nprovisionedConcurrency 1\n\n@http\nget /\n";
  const manifest = await manifestOf(text);
  const versionOf = (template: Template): string | undefined =>
    Object.entries(template.Resources).find(([, { Type }]) => Type === "AWS::Lambda::Version")?.[0];
  const before = versionOf(templateOf(manifest));
  expect(before).toBeDefined();
  expect(versionOf(templateOf(manifest))).toBe(before);
  const environment = [{ name: "SECRET", revision: "2", bytes: 10 }];
  const assets = ["http/get-index", "arclet/static"].map((functionId) => ({
    functionId,
    handler: "index.handler",
    bucket: "artifacts",
    key: "1.zip",
  }));
  const others = [
    templateOf(manifest, { environment }),
    templateOf(manifest, { assets }),
    templateOf(await manifestOf(`${text}\n@tables\ncats\n  id *String\n`)),
    templateOf(await manifestOf(text.replace("Concurrency 1", "Concurrency 1\nmemory 256"))),
  ];
  expect(new Set([before, ...others.map(versionOf)]).size).toBe(5);
  // Lambda publishes no second version of the same, and CloudFormation would fail.
  const same = [
    templateOf(await manifestOf(text.replace("Concurrency 1", "Concurrency 2\nconcurrency 7"))),
    templateOf(manifest, {
      assets: ["http/get-index", "arclet/static"].map((functionId) => ({
        functionId,
        handler: "index.handler",
        bucket: "elsewhere",
        key: "functions/0.zip",
      })),
    }),
  ];
  expect(same.map(versionOf)).toEqual([before, before]);
  // A table that is replaced has another name, which the version must know.
  const tables = [
    templateOf(await manifestOf(`${text}\n@tables\ncats\n  id *String\n`)),
    templateOf(await manifestOf(`${text}\n@tables\ncats\n  key *String\n`)),
  ];
  expect(new Set(tables.map(versionOf)).size).toBe(2);
  // Its routes lead to the alias, which the version is behind.
  const [integration] = propertiesOf(templateOf(manifest), "AWS::ApiGatewayV2::Integration");
  expect(JSON.stringify(integration)).toContain("${AliasHttpGetIndex");
});

test("sockets have their selection, authorizer, answers, throttling and access logs", async () => {
  const template = templateOf(await manifestOf(everything));
  expect(template.Resources["WebSocketApi"]?.Properties).toMatchObject({
    RouteSelectionExpression: "$request.body.type",
  });
  expect(propertiesOf(template, "AWS::ApiGatewayV2::Authorizer")).toMatchObject([
    {
      AuthorizerType: "REQUEST",
      IdentitySource: ["route.request.header.Authorization", "route.request.querystring.token"],
    },
  ]);
  const routes = propertiesOf(template, "AWS::ApiGatewayV2::Route") as {
    readonly RouteKey: string;
    readonly AuthorizationType?: string;
    readonly RouteResponseSelectionExpression?: string;
  }[];
  expect(routes.filter(({ AuthorizationType }) => AuthorizationType === "CUSTOM")).toMatchObject([
    { RouteKey: "$connect" },
  ]);
  expect(
    routes.filter((route) => route.RouteResponseSelectionExpression !== undefined),
  ).toMatchObject([{ RouteKey: "ask" }]);
  expect(propertiesOf(template, "AWS::ApiGatewayV2::RouteResponse")).toMatchObject([
    { RouteResponseKey: "$default" },
  ]);
  expect(template.Resources["WebSocketStage"]?.Properties).toMatchObject({
    DefaultRouteSettings: { ThrottlingRateLimit: 200, ThrottlingBurstLimit: 50 },
    AccessLogSettings: expect.anything(),
  });
  // It is the last, so that the first deployment has everything.
  expect(template.Resources["WebSocketStage"]?.DependsOn?.toSorted()).toEqual(
    Object.keys(template.Resources)
      .filter((id) => id.startsWith("WebSocketRoute"))
      .toSorted(),
  );
});

test("sockets that nothing is said of are throttled, and write no access logs", async () => {
  const template = templateOf(await manifestOf("@app\necho\n\n@ws\n"));
  expect(template.Resources["WebSocketStage"]?.Properties).toMatchObject({
    DefaultRouteSettings: { ThrottlingRateLimit: 1000, ThrottlingBurstLimit: 500 },
  });
  expect(template.Resources["WebSocketStage"]?.Properties).not.toHaveProperty("AccessLogSettings");
});

test("every log group has an end", async () => {
  const template = templateOf(await manifestOf(everything));
  for (const properties of propertiesOf(template, "AWS::Logs::LogGroup"))
    expect(properties).toMatchObject({ RetentionInDays: 30 });
  // Other names fill the policy of the account that lets API Gateway write.
  expect(template.Resources["HttpAccessLogs"]?.Properties?.["LogGroupName"]).toEqual({
    "Fn::Sub": "/aws/vendedlogs/apis/${AWS::StackName}/http",
  });
});

test("a function has the settings of the manifest and of its own config.arc", async () => {
  const text = "@app\nset\n\n@aws\nmemory 512\nruntime nodejs24.x\n\n@http\nget /\nget /big\n";
  const template = templateOf(
    await manifestOf(text, {
      "src/http/get-big/config.arc":
        "@aws\nmemory 2048\ntimeout 20\nstorage 1024\narchitecture x86_64\nconcurrency 3\n",
    }),
  );
  const of = (name: string): unknown =>
    Object.entries(template.Resources).find(([id]) => id.startsWith(`FunctionHttpGet${name}`))?.[1]
      .Properties;
  expect(of("Index")).toMatchObject({
    Runtime: "nodejs24.x",
    MemorySize: 512,
    Timeout: 5,
    Architectures: ["arm64"],
  });
  expect(of("Index")).not.toHaveProperty("ReservedConcurrentExecutions");
  expect(of("Big")).toMatchObject({
    Runtime: "nodejs24.x",
    MemorySize: 2048,
    Timeout: 20,
    EphemeralStorage: { Size: 1024 },
    Architectures: ["x86_64"],
    ReservedConcurrentExecutions: 3,
  });
});

/** Variables of the first function. */
function variables(template: Template): { readonly [name: string]: TemplateValue } {
  const [first] = propertiesOf(template, "AWS::Lambda::Function") as {
    readonly Environment: { readonly Variables: { readonly [name: string]: TemplateValue } };
  }[];
  return first?.Environment.Variables ?? {};
}

test("functions know the URLs of the app, and no circle comes of it", async () => {
  const both = variables(templateOf(await manifestOf("@app\necho\n\n@ws\n\n@http\nget /\n")));
  expect(both).toMatchObject({
    ARC_HTTP_URL: { "Fn::GetAtt": ["HttpApi", "ApiEndpoint"] },
    ARC_WSS_URL: { "Fn::Sub": "${WebSocketApi.ApiEndpoint}/staging" },
  });
  const behindCdn = templateOf(await manifestOf("@app\necho\n\n@ws\n\n@http\nget /\n\n@cdn\n"));
  expect(variables(behindCdn)).toMatchObject({
    ARC_HTTP_URL: { "Fn::Sub": "https://${Cdn.DomainName}" },
  });
  for (const id of ["HttpApi", "WebSocketApi", "Cdn"])
    expect(JSON.stringify(behindCdn.Resources[id])).not.toMatch(/Function[A-Z]\w*[0-9a-f]{8}|Role/);
  const sockets = templateOf(await manifestOf("@app\necho\n\n@ws\n"), { hasStaticFiles: false });
  expect(variables(sockets)).not.toHaveProperty("ARC_HTTP_URL");
});

test("messages that keep a connection open are answered without a function", async () => {
  const manifest = await manifestOf("@app\necho\n\n@ws\n\n@ws-settings\nkeepAlive true\n");
  const template = templateOf(manifest);
  expectValid(template);
  expect(template.Resources["WebSocketKeepAlive"]?.Properties).toMatchObject({
    IntegrationType: "MOCK",
    RequestTemplates: { "200": '{"statusCode":200}' },
  });
  expect(template.Resources["WebSocketKeepAliveAnswer"]?.Properties).toMatchObject({
    ResponseTemplates: { "200": '{"type":"arclet-pong"}' },
  });
  expect(template.Resources["WebSocketKeepAliveRoute"]?.Properties).toMatchObject({
    RouteKey: "arclet-ping",
  });
  const without = templateOf(await manifestOf("@app\necho\n\n@ws\n"));
  expect(Object.keys(without.Resources).join()).not.toContain("KeepAlive");
});

test("a function knows which of its routes answer with its result", async () => {
  const manifest = await manifestOf("@app\necho\n\n@ws\nsay\n  response true\nleave\n");
  const template = templateOf(manifest);
  const functions = propertiesOf(template, "AWS::Lambda::Function") as readonly {
    readonly Description: string;
    readonly Environment: { readonly Variables: Readonly<Record<string, unknown>> };
  }[];
  const responses = (id: string): unknown =>
    functions.find(({ Description }) => Description === `echo ws/${id}`)?.Environment.Variables[
      "ARC_WS_RESPONSES"
    ];
  expect(responses("say")).toBe("say");
  expect(responses("leave")).toBeUndefined();
});

test("a secret is a NoEcho parameter, and the template has only its name", async () => {
  const manifest = await manifestOf("@app\necho\n\n@ws\n");
  const template = templateOf(manifest, {
    environment: [{ name: "API_KEY", revision: "1", bytes: 10 }],
  });
  const [[parameter, definition] = ["", undefined]] = Object.entries(template.Parameters ?? {});
  expect(definition).toEqual({ Type: "String", NoEcho: true });
  expect(variables(template)["API_KEY"]).toEqual({ Ref: parameter });
});

test("static files are private: only the app's function reads them, and only them", async () => {
  const template = templateOf(await manifestOf("@app\nsite\n\n@static\nprefix assets\n"));
  expect(propertiesOf(template, "AWS::S3::BucketPolicy")).toEqual([]);
  // Deployable where the account blocks public access.
  expect(propertiesOf(template, "AWS::S3::Bucket")).toMatchObject([
    {
      OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        IgnorePublicAcls: true,
        BlockPublicPolicy: true,
        RestrictPublicBuckets: true,
      },
      CorsConfiguration: {
        CorsRules: [{ AllowedOrigins: [{ "Fn::GetAtt": ["HttpApi", "ApiEndpoint"] }] }],
      },
    },
  ]);
  expect(template.Resources["StaticFunctionRole"]?.Properties).toMatchObject({
    Policies: [
      {
        PolicyDocument: {
          Statement: [
            { Action: ["logs:CreateLogStream", "logs:PutLogEvents"] },
            {
              Action: ["s3:GetObject"],
              Resource: [{ "Fn::Sub": "${StaticBucket.Arn}/assets/*" }],
            },
            { Action: ["s3:ListBucket"] },
          ],
        },
      },
    ],
  });
  const keys = propertiesOf(template, "AWS::ApiGatewayV2::Route").map(
    (route) => (route as { readonly RouteKey: string }).RouteKey,
  );
  expect(keys.toSorted()).toEqual([
    "GET /",
    "GET /_static/{proxy+}",
    "GET /{proxy+}",
    "HEAD /",
    "HEAD /_static/{proxy+}",
    "HEAD /{proxy+}",
  ]);
});

test("a route that is nothing but a variable keeps / from the static files", async () => {
  const template = templateOf(await manifestOf("@app\nsite\n\n@http\nany /*\n\n@static\n"));
  const keys = propertiesOf(template, "AWS::ApiGatewayV2::Route").map(
    (route) => (route as { readonly RouteKey: string }).RouteKey,
  );
  expect(keys.toSorted()).toEqual([
    "ANY /{proxy+}",
    "GET /_static/{proxy+}",
    "HEAD /_static/{proxy+}",
  ]);
});

test("with `private false` anyone may read static files at the bucket, not list or write them", async () => {
  const template = templateOf(
    await manifestOf("@app\nsite\n\n@static\nprefix assets\nprivate false\n"),
  );
  expect(propertiesOf(template, "AWS::S3::BucketPolicy")).toMatchObject([
    {
      PolicyDocument: {
        Statement: [
          {
            Effect: "Allow",
            Principal: "*",
            Action: "s3:GetObject",
            Resource: { "Fn::Sub": "${StaticBucket.Arn}/assets/*" },
          },
        ],
      },
    },
  ]);
});

test("@cdn reads the bucket by origin access control, which lets no other distribution in", async () => {
  const template = templateOf(await manifestOf("@app\nfront\n\n@static\nprefix assets\n\n@cdn\n"));
  const distribution = "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/${Cdn}";
  const Condition = { StringEquals: { "AWS:SourceArn": { "Fn::Sub": distribution } } };
  const Principal = { Service: "cloudfront.amazonaws.com" };
  expect(propertiesOf(template, "AWS::S3::BucketPolicy")).toMatchObject([
    {
      PolicyDocument: {
        Statement: [
          { Action: "s3:GetObject", Principal, Condition },
          { Action: "s3:ListBucket", Principal, Condition },
        ],
      },
    },
  ]);
  expect(template.Resources["Cdn"]?.Properties).toMatchObject({
    DistributionConfig: {
      Origins: [
        { Id: "http" },
        { Id: "static", OriginAccessControlId: { Ref: "StaticAccess" }, OriginPath: "/assets" },
      ],
    },
  });
});

test.each([
  ["/_static/app.js", "/app.js"],
  ["/_static/deep/a%23b.txt", "/deep/a%23b.txt"],
  ["/_static/about", "/about/index.html"],
  ["/_static/about/", "/about/index.html"],
  ["/_static/", "/index.html"],
  ["/_static/assets/app.js", "/app.js"],
])("CloudFront asks the bucket for %s as %s", (uri, key) => {
  const event = { request: { uri } };
  expect(runInNewContext(`${keyFunctionCode("assets")}; handler(event);`, { event })).toEqual({
    uri: key,
  });
});

test("@proxy gets requests without a route, and @cdn is in front of everything", async () => {
  const proxy = templateOf(
    await manifestOf(
      "@app\nfront\n\n@http\nget /\n\n@proxy\nstaging https://example.com/\nproduction https://example.com\ntesting http://localhost:1\n",
    ),
    { hasStaticFiles: false },
  );
  expect(proxy.Resources["HttpProxyIntegration"]?.Properties).toMatchObject({
    IntegrationType: "HTTP_PROXY",
    IntegrationUri: "https://example.com/{proxy}",
  });
  const cdn = templateOf(await manifestOf("@app\nfront\n\n@http\nget /\n\n@cdn\n"));
  const [distribution] = propertiesOf(cdn, "AWS::CloudFront::Distribution");
  // Ids of CloudFront's own policies: CachingDisabled, CachingOptimized, AllViewerExceptHostHeader.
  const passesOn = "b689b0a8-53d0-40ab-baf2-68738e2966ac";
  expect(distribution).toMatchObject({
    DistributionConfig: {
      Origins: [
        {
          DomainName: {
            "Fn::Sub": "${HttpApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}",
          },
          CustomOriginConfig: { OriginProtocolPolicy: "https-only" },
        },
        { Id: "static" },
      ],
      DefaultCacheBehavior: {
        TargetOriginId: "http",
        CachePolicyId: "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
        OriginRequestPolicyId: passesOn,
        ViewerProtocolPolicy: "redirect-to-https",
        AllowedMethods: expect.arrayContaining(["GET", "POST", "DELETE"]),
      },
      CacheBehaviors: [
        {
          TargetOriginId: "static",
          PathPattern: "/_static/*",
          CachePolicyId: "658327ea-f89d-4fab-a63d-7e88639e58f6",
        },
      ],
    },
  });
  expect(cdn.Outputs["CdnUrl"]?.Value).toEqual({ "Fn::Sub": "https://${Cdn.DomainName}" });
});

test("a function's log is configured as the manifest says, levels with JSON only", async () => {
  const loggingOf = async (settings: string): Promise<unknown> => {
    const template = templateOf(
      await manifestOf(`@app\nlogs\n\n@aws\n${settings}\n\n@http\nget /\n`),
    );
    expect(findings(template)).toEqual([]);
    const [properties] = propertiesOf(template, "AWS::Lambda::Function");
    return Object.entries(properties ?? {}).find(([name]) => name === "LoggingConfig")?.[1];
  };
  const LogGroup = { Ref: expect.stringMatching(/^LogGroup/) };
  expect(await loggingOf("memory 256")).toEqual({ LogGroup });
  expect(await loggingOf("logFormat JSON")).toEqual({ LogGroup, LogFormat: "JSON" });
  expect(await loggingOf("logFormat JSON\napplicationLogLevel ERROR\nsystemLogLevel WARN")).toEqual(
    {
      LogGroup,
      LogFormat: "JSON",
      ApplicationLogLevel: "ERROR",
      SystemLogLevel: "WARN",
    },
  );
});

test("a queue has its dead letters, and waits as long as its function may take", async () => {
  const template = templateOf(
    await manifestOf(
      "@app\nqueued\n\n@aws\ntimeout 20\n\n@queues\nmail\n  batchSize 3\nbulk\n  fifo false\n  batchSize 50\n  batchWindow 7\nwide\n  fifo false\n  batchSize 11\n",
    ),
  );
  expect(propertiesOf(template, "AWS::SQS::Queue")).toEqual([
    expect.objectContaining({ FifoQueue: true, MessageRetentionPeriod: 1_209_600 }),
    expect.objectContaining({
      FifoQueue: true,
      VisibilityTimeout: 120,
      RedrivePolicy: {
        deadLetterTargetArn: { "Fn::GetAtt": [expect.stringMatching(/^DeadLettersMail/), "Arn"] },
        maxReceiveCount: 5,
      },
    }),
    expect.not.objectContaining({ FifoQueue: true }),
    expect.objectContaining({ VisibilityTimeout: 127 }),
    expect.not.objectContaining({ FifoQueue: true }),
    expect.objectContaining({ VisibilityTimeout: 121 }),
  ]);
  expect(propertiesOf(template, "AWS::Lambda::EventSourceMapping")).toMatchObject([
    { BatchSize: 3, FunctionResponseTypes: ["ReportBatchItemFailures"] },
    { BatchSize: 50, MaximumBatchingWindowInSeconds: 7 },
    // Lambda asks for a window above 10 messages.
    { BatchSize: 11, MaximumBatchingWindowInSeconds: 1 },
  ]);
});

test("resources are found by parameters, events and schedules lead to their functions", async () => {
  const template = templateOf(await manifestOf(everything));
  const parameters = propertiesOf(template, "AWS::SSM::Parameter") as {
    readonly Name: { readonly "Fn::Sub": string };
  }[];
  expect(parameters.map(({ Name }) => Name["Fn::Sub"])).toEqual(
    [
      "tables/cats",
      "tables/notes",
      "events/adopted",
      "queues/mail",
      "queues/bulk",
      "static/bucket",
    ].map((path) => `/\${AWS::StackName}/${path}`),
  );
  // To the alias, as concurrency is provisioned.
  expect(propertiesOf(template, "AWS::SNS::Subscription")).toMatchObject([
    { Protocol: "lambda", Endpoint: { Ref: expect.stringMatching(/^AliasEventsAdopted/) } },
  ]);
  expect(propertiesOf(template, "AWS::Scheduler::Schedule")).toMatchObject([
    {
      ScheduleExpression: "rate(1 day)",
      ScheduleExpressionTimezone: "UTC",
      Target: { Arn: { Ref: expect.stringMatching(/^AliasScheduledDaily/) } },
    },
    { ScheduleExpression: "cron(0 12 * * ? *)" },
  ]);
});
