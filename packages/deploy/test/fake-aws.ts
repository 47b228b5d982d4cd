import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text as readText } from "node:stream/consumers";

/** Result of an action of CloudFormation as XML, or the error that it answers with. */
export type Reply = string | { readonly code: string; readonly message: string };

/** `parameters` as the query protocol has them: `StackName`, `Tags.member.1.Key`. */
export type Answer = (action: string, parameters: URLSearchParams) => Reply;

export interface FakeAws extends AsyncDisposable {
  /** Everything asked, in order: `CloudFormation CreateChangeSet`, `PUT /bucket/key`. */
  readonly calls: readonly string[];
  /** Bodies of all requests, one after the other. */
  readonly bodies: readonly string[];
  /** Access key and region that each request is signed with: `KEY eu-central-1`. */
  readonly credentials: readonly string[];
  /** Account that each request to S3 or Lambda expects to own the bucket; `undefined` as text for none. */
  readonly owners: readonly string[];
}

/**
 * CloudFormation as a test scripts it, call by call, over real HTTP; S3 that has every object, or as
 * `statusOfObject` says, Lambda whose functions run other code, SSM with the variables given, and STS. `AWS_ENDPOINT_URL` leads to it until it is disposed.
 */
export async function startFakeAws(
  answer: Answer,
  variables: { readonly [path: string]: string } = {},
  statusOfObject: (call: string) => number = () => 200,
  /** What DynamoDB answers. */
  tables: (action: string, input: { readonly [name: string]: unknown }) => unknown = () => ({}),
): Promise<FakeAws> {
  /** Texts of objects that were put. */
  const objects = new Map<string, string>();
  const calls: string[] = [];
  const bodies: string[] = [];
  const credentials: string[] = [];
  const owners: string[] = [];
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readText(request);
    bodies.push(body);
    const scope = /Credential=([^/]+)\/\d+\/([^/]+)\//.exec(request.headers.authorization ?? "");
    credentials.push(`${scope?.[1]} ${scope?.[2]}`);
    const isObject = request.url !== undefined && /^\/[^/]+\/[^?]+/.test(request.url);
    const objectName = request.url?.replace(/\?.*$/, "") ?? "";
    const target = String(request.headers["x-amz-target"] ?? "");
    const isQuery = String(request.headers["content-type"]).includes("x-www-form-urlencoded");
    if (target.startsWith("AmazonSSM.")) {
      calls.push(`SSM ${target.slice("AmazonSSM.".length)}`);
      const Parameters = Object.entries(variables).map(([Name, Value]) => ({ Name, Value }));
      response.writeHead(200, { "content-type": "application/x-amz-json-1.1" });
      response.end(JSON.stringify({ Parameters }));
    } else if (target.startsWith("DynamoDB_")) {
      const action = target.slice(target.indexOf(".") + 1);
      calls.push(`DynamoDB ${action}`);
      const answered = tables(action, JSON.parse(body) as Record<string, unknown>);
      const isError = typeof answered === "object" && answered !== null && "__type" in answered;
      response.writeHead(isError ? 400 : 200, { "content-type": "application/x-amz-json-1.0" });
      response.end(JSON.stringify(answered));
    } else if (isQuery) {
      const parameters = new URLSearchParams(body);
      const action = parameters.get("Action") ?? "";
      const isIdentity = action === "GetCallerIdentity";
      calls.push(`${isIdentity ? "STS" : "CloudFormation"} ${action}`);
      const reply = isIdentity ? "<Account>123456789012</Account>" : answer(action, parameters);
      response.writeHead(typeof reply === "string" ? 200 : 400, { "content-type": "text/xml" });
      response.end(
        typeof reply === "string"
          ? `<${action}Response><${action}Result>${reply}</${action}Result></${action}Response>`
          : `<ErrorResponse><Error><Type>Sender</Type><Code>${reply.code}</Code><Message>${reply.message}</Message></Error></ErrorResponse>`,
      );
    } else {
      const call = `${request.method} ${request.url}`;
      calls.push(call);
      owners.push(String(request.headers["x-amz-expected-bucket-owner"]));
      if (isObject && request.method === "PUT") objects.set(objectName, body);
      if (isObject && request.method === "GET" && objectName.endsWith(".json")) {
        const text = objects.get(objectName);
        response.writeHead(text === undefined ? 404 : 200, { "content-type": "application/xml" });
        response.end(text ?? "<Error><Code>NoSuchKey</Code></Error>");
        return;
      }
      const lambda = { CodeSha256: "another", State: "Active", LastUpdateStatus: "Successful" };
      const isLambda = request.url?.startsWith("/2015-03-31/functions/") === true;
      response.writeHead(isLambda ? 200 : statusOfObject(call));
      response.end(isLambda ? JSON.stringify({ ...lambda, Configuration: lambda }) : "");
    }
  };
  const server = createServer((request, response) => {
    respond(request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const settings = {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
  };
  const before = Object.keys(settings).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, settings);
  return {
    calls,
    bodies,
    credentials,
    owners,
    [Symbol.asyncDispose]: async () => {
      for (const [name, value] of before)
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

/** A stack as DescribeStacks has it. */
export function stackXml(
  status: string,
  outputs: { readonly [name: string]: string } = {},
  /** Further members, as XML; by default the stack belongs to the app `app`. */
  more: string = tagsXml({ "arclet:app": "app", "arclet:stage": "staging" }),
): string {
  const members = Object.entries(outputs).map(
    ([name, value]) =>
      `<member><OutputKey>${name}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  );
  return `<Stacks><member><StackName>AppStaging</StackName><StackId>arn:stack/AppStaging/1</StackId><StackStatus>${status}</StackStatus><CreationTime>2026-01-01T00:00:00Z</CreationTime><Outputs>${members.join("")}</Outputs>${more}</member></Stacks>`;
}

/** Tags of a stack as DescribeStacks has them. */
export function tagsXml(tags: { readonly [name: string]: string }): string {
  const members = Object.entries(tags).map(
    ([name, value]) => `<member><Key>${name}</Key><Value>${value}</Value></member>`,
  );
  return `<Tags>${members.join("")}</Tags>`;
}

export const noStack: Reply = {
  code: "ValidationError",
  message: "Stack with id AppStaging does not exist",
};

/** Events as DescribeStackEvents has them, given oldest first. */
export function eventsXml(
  events: readonly {
    readonly id: string;
    readonly logicalId: string;
    readonly status: string;
    readonly reason?: string;
  }[],
): string {
  const members = events.toReversed().map(
    ({ id, logicalId, status, reason = "" }) =>
      `<member><EventId>${id}</EventId><StackId>arn:stack/AppStaging/1</StackId><StackName>AppStaging</StackName>` +
      `<LogicalResourceId>${logicalId}</LogicalResourceId><PhysicalResourceId>${logicalId === "AppStaging" ? "arn:stack/AppStaging/1" : logicalId}</PhysicalResourceId>` +
      `<ResourceStatus>${status}</ResourceStatus><ResourceStatusReason>${reason}</ResourceStatusReason>` +
      // Of another day than this machine's: clocks differ.
      "<Timestamp>2001-01-01T00:00:00Z</Timestamp></member>",
  );
  return `<StackEvents>${members.join("")}</StackEvents>`;
}
