import type { Template, TemplateResource } from "@arclet/deploy";
import { expect, test } from "vitest";
import { stackTagsOf } from "../src/stack-tags.ts";
import { functionLogicalId, logicalId } from "../src/template/logical-ids.ts";
import { manifestOf, templateOf } from "./apps.ts";
import { isAllowed } from "./policy-evaluator.ts";
import { ofType, propertiesOf } from "./template-queries.ts";

function properties(template: Template, id: string): TemplateResource["Properties"] {
  return template.Resources[id]?.Properties;
}

const certificate = "arn:aws:acm:us-east-1:123456789012:certificate/0a-b";
const withDomain = (more: string): string =>
  `@app\nnamed\n\n@http\nget /\n\n@ws\n${more}\n@domain\nstaging\n  http app.example.com\n  ws socket.example.com\n  certificate ${certificate}\n`;

test("hosts lead to both APIs, and functions learn them", async () => {
  const template = templateOf(await manifestOf(`${withDomain("")}  zone Z0123456789ABC\n`));
  const http = logicalId("Domain", "app.example.com");
  expect(properties(template, http)).toMatchObject({
    DomainName: "app.example.com",
    DomainNameConfigurations: [{ CertificateArn: certificate, EndpointType: "REGIONAL" }],
  });
  expect(propertiesOf(template, "AWS::ApiGatewayV2::ApiMapping")).toEqual([
    { ApiId: { Ref: "HttpApi" }, DomainName: { Ref: http }, Stage: { Ref: "HttpStage" } },
    {
      ApiId: { Ref: "WebSocketApi" },
      DomainName: { Ref: logicalId("Domain", "socket.example.com") },
      Stage: { Ref: "WebSocketStage" },
    },
  ]);
  expect(propertiesOf(template, "AWS::Route53::RecordSet")).toMatchObject([
    {
      HostedZoneId: "Z0123456789ABC",
      Name: "app.example.com",
      Type: "A",
      AliasTarget: {
        DNSName: { "Fn::Sub": `\${${http}.RegionalDomainName}` },
        HostedZoneId: { "Fn::GetAtt": [http, "RegionalHostedZoneId"] },
      },
    },
    { Name: "socket.example.com", Type: "A" },
  ]);
  expect(template.Outputs["HttpUrl"]?.Value).toBe("https://app.example.com");
  expect(template.Outputs["WebSocketUrl"]?.Value).toBe("wss://socket.example.com");
  expect(properties(template, functionLogicalId("http/get-index"))).toMatchObject({
    Environment: {
      Variables: {
        ARC_HTTP_URL: "https://app.example.com",
        ARC_SESSION_DOMAIN: "example.com",
        ARC_WSS_URL: "wss://socket.example.com",
        ARC_WS_MANAGEMENT_URL: {
          "Fn::Sub": "https://${WebSocketApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}/staging",
        },
      },
    },
  });
  expect(properties(template, functionLogicalId("arclet/static"))).toMatchObject({
    Environment: { Variables: { ARC_WSS_URL: "wss://socket.example.com" } },
  });
  expect(ofType(template, "AWS::S3::Bucket")[0]?.Properties).toMatchObject({
    CorsConfiguration: {
      CorsRules: [
        {
          AllowedOrigins: [{ "Fn::GetAtt": ["HttpApi", "ApiEndpoint"] }, "https://app.example.com"],
        },
      ],
    },
  });
});

test("without a zone the records are outputs, and the other stage has AWS's hosts", async () => {
  const manifest = await manifestOf(withDomain(""));
  const template = templateOf(manifest);
  expect(ofType(template, "AWS::Route53::RecordSet")).toEqual([]);
  expect(template.Outputs[logicalId("DnsRecord", "app.example.com")]?.Value).toEqual({
    "Fn::Sub": `app.example.com CNAME \${${logicalId("Domain", "app.example.com")}.RegionalDomainName}`,
  });
  const production = templateOf(manifest, { stage: "production" });
  expect(ofType(production, "AWS::ApiGatewayV2::DomainName")).toEqual([]);
  expect(production.Outputs["HttpUrl"]?.Value).toEqual({
    "Fn::GetAtt": ["HttpApi", "ApiEndpoint"],
  });
});

test("with @cdn the host is CloudFront's", async () => {
  const template = templateOf(await manifestOf(`${withDomain("\n@cdn\n")}  zone Z0123456789ABC\n`));
  expect(properties(template, "Cdn")).toMatchObject({
    DistributionConfig: {
      Aliases: ["app.example.com"],
      ViewerCertificate: { AcmCertificateArn: certificate },
    },
  });
  expect(
    propertiesOf(template, "AWS::Route53::RecordSet").map((one) =>
      ["Name", "Type"].map((name) => (one as Record<string, unknown>)[name]),
    ),
  ).toEqual([
    ["app.example.com", "A"],
    ["app.example.com", "AAAA"],
    ["socket.example.com", "A"],
  ]);
  expect(template.Outputs["CdnUrl"]?.Value).toBe("https://app.example.com");
});

test("CORS is the API's", async () => {
  const template = templateOf(
    await manifestOf(
      "@app\nopen\n\n@http\nget /\n\n@cors\norigins https://a.example\nmethods get any\nexpose x-a\ncredentials true\nmaxAge 5\n",
    ),
  );
  expect(properties(template, "HttpApi")).toMatchObject({
    CorsConfiguration: {
      AllowOrigins: ["https://a.example"],
      AllowMethods: ["GET", "*"],
      AllowHeaders: ["*"],
      ExposeHeaders: ["x-a"],
      AllowCredentials: true,
      MaxAge: 5,
    },
  });
});

const team = `@app
team

@aws
logRetention 7
permissionsBoundary arn:aws:iam::123456789012:policy/boundary
tags
  team chat
deadLetters true
alarms ops@example.com
tracing true
vpc subnet-11111111 sg-22222222

@http
get /

@ws

@events
sold

@scheduled
daily rate(1 day)

@tables
cats
  id *String

@tables-streams
cats
`;

test("every role has the boundary, and every log group the retention", async () => {
  const manifest = await manifestOf(team);
  const template = templateOf(manifest);
  for (const role of propertiesOf(template, "AWS::IAM::Role"))
    expect(role).toHaveProperty("PermissionsBoundary", "arn:aws:iam::123456789012:policy/boundary");
  for (const group of propertiesOf(template, "AWS::Logs::LogGroup"))
    expect(group).toHaveProperty("RetentionInDays", 7);
  const forEver = templateOf(
    await manifestOf(team.replace("logRetention 7", "logRetention never")),
  );
  for (const group of propertiesOf(forEver, "AWS::Logs::LogGroup"))
    expect(group).not.toHaveProperty("RetentionInDays");
  expect(stackTagsOf(manifest, "staging", { owner: "me" })).toEqual({
    team: "chat",
    owner: "me",
    "arclet:app": "team",
    "arclet:stage": "staging",
  });
});

test("traced functions in a VPC may do what Lambda does for them, one of its own configuration not", async () => {
  const template = templateOf(
    await manifestOf(team, { "src/ws/default/config.arc": "@aws\nvpc false\ntracing false\n" }),
  );
  expect(properties(template, functionLogicalId("http/get-index"))).toMatchObject({
    TracingConfig: { Mode: "Active" },
    VpcConfig: { SubnetIds: ["subnet-11111111"], SecurityGroupIds: ["sg-22222222"] },
  });
  const outside = properties(template, functionLogicalId("ws/default"));
  expect(outside).not.toHaveProperty("VpcConfig");
  expect(outside).not.toHaveProperty("TracingConfig");
  for (const [id, expected] of [
    ["http/get-index", true],
    ["ws/default", false],
  ] as const)
    for (const action of ["xray:PutTraceSegments", "ec2:CreateNetworkInterface"])
      expect([
        id,
        action,
        isAllowed(template, logicalId("Role", id), { action, resource: "*" }),
      ]).toEqual([id, action, expected]);
});

test("what Lambda gives up of events, schedules and streams is kept in one queue", async () => {
  const template = templateOf(await manifestOf(team));
  const destination = {
    DestinationConfig: { OnFailure: { Destination: { "Fn::GetAtt": ["FailedEvents", "Arn"] } } },
  };
  expect(propertiesOf(template, "AWS::Lambda::EventInvokeConfig")).toMatchObject([
    destination,
    destination,
  ]);
  expect(propertiesOf(template, "AWS::Lambda::EventSourceMapping")).toMatchObject([destination]);
  for (const [id, expected] of [
    ["events/sold", true],
    ["scheduled/daily", true],
    ["tables-streams/cats", true],
    ["http/get-index", false],
  ] as const)
    expect([
      id,
      isAllowed(template, logicalId("Role", id), {
        action: "sqs:SendMessage",
        resource: "arn:aws:sqs:us-east-1:123456789012:FailedEvents",
      }),
    ]).toEqual([id, expected]);
  const none = templateOf(await manifestOf(team.replace("deadLetters true\n", "")));
  expect(JSON.stringify(none)).not.toContain("FailedEvents");
});

test("alarms for errors and throttles notify an address or an existing topic", async () => {
  const manifest = await manifestOf(team);
  const template = templateOf(manifest);
  expect(properties(template, "AlarmTopic")).toEqual({
    Subscription: [{ Protocol: "email", Endpoint: "ops@example.com" }],
  });
  const alarms = propertiesOf(template, "AWS::CloudWatch::Alarm");
  expect(alarms).toHaveLength(manifest.functions.length);
  expect(alarms[0]).toMatchObject({
    AlarmActions: [{ Ref: "AlarmTopic" }],
    Threshold: 0,
    TreatMissingData: "notBreaching",
  });
  const topic = "arn:aws:sns:us-east-1:123456789012:ops";
  const other = templateOf(await manifestOf(team.replace("ops@example.com", topic)));
  expect(other.Resources["AlarmTopic"]).toBeUndefined();
  expect(propertiesOf(other, "AWS::CloudWatch::Alarm")[0]).toMatchObject({ AlarmActions: [topic] });
});
