import { expect, test } from "vitest";
import { session } from "../../packages/functions/src/auth/session.ts";
import { ticket } from "../../packages/functions/src/auth/ticket.ts";
import { handler as authorizer } from "../../packages/functions/src/built-in/authorizer.ts";
import { aroundConnect } from "../../packages/functions/src/built-in/connect.ts";
import { rooms } from "../../packages/functions/src/rooms/rooms.ts";
import { startAws } from "./aws-platform.ts";

const methodArn = "arn:aws:execute-api:eu-west-1:123456789012:api/staging/$connect";

interface Answer {
  readonly principalId: string;
  readonly context?: Readonly<Record<string, string | number | boolean>>;
  readonly policyDocument: { readonly Statement: readonly { readonly Effect: string }[] };
}

async function startLogins(): Promise<void> {
  await startAws({});
  Object.assign(process.env, {
    ARC_WS_AUTH: "ticket session",
    ARC_APP_SECRET: "0123456789abcdefghijklmnopqrstuv",
    ARC_HTTP_URL: "https://app.example.com",
  });
}

async function ask(
  query: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return (await authorizer({ methodArn, headers, queryStringParameters: query })) as Answer;
}

/** API Gateway hands every value on as text. */
function handedOn({ principalId, context = {} }: Answer): Readonly<Record<string, string>> {
  const texts = Object.entries(context).map(([name, value]) => [name, String(value)] as const);
  return { ...Object.fromEntries(texts), principalId, integrationLatency: "7" };
}

test("a ticket opens one socket, and no other", async () => {
  await startLogins();
  const text = await ticket.issue({ id: "ada", age: 36 });
  const answer = await ask({ ticket: text });
  expect(answer).toMatchObject({ principalId: "ada", context: { id: "ada", age: 36 } });
  expect(answer.policyDocument.Statement).toMatchObject([{ Effect: "Allow" }]);
  await expect(ask({ ticket: text })).rejects.toThrow("Unauthorized");
  await expect(ask({ ticket: `${text}x` })).rejects.toThrow("Unauthorized");
  await expect(ask({})).rejects.toThrow("Unauthorized");
});

test("of two handshakes with one ticket, one opens", async () => {
  await startLogins();
  const text = await ticket.issue({ id: "ada" });
  const results = await Promise.allSettled([1, 2, 3, 4].map(() => ask({ ticket: text })));
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
});

test("a cookie opens the sockets of the app's own pages, and a foreign page is refused", async () => {
  await startLogins();
  const [cookie = ""] = (await session.write({ user: { id: "ada" } })).split(";");
  const own = { cookie, origin: "https://app.example.com" };
  expect(await ask({}, own)).toMatchObject({ principalId: "ada" });
  const foreign = await ask({}, { cookie, origin: "https://evil.example" });
  expect(foreign.policyDocument.Statement).toMatchObject([{ Effect: "Deny" }]);
  await expect(ask({}, { cookie })).rejects.toThrow("Unauthorized");
});

test("nothing that was issued before a revocation opens a socket, nor is read", async () => {
  await startLogins();
  const text = await ticket.issue({ id: "ada" });
  const [cookie = ""] = (await session.write({ user: { id: "ada" } })).split(";");
  await session.revoke({ id: "ada" });
  const own = { cookie, origin: "https://app.example.com" };
  await expect(ask({ ticket: text })).rejects.toThrow("Unauthorized");
  await expect(ask({}, own)).rejects.toThrow("Unauthorized");
  expect(await session.read({ headers: { cookie } })).toEqual({});
});

test("who is revoked while the socket opens is refused, and is in no room", async () => {
  await startLogins();
  const authorized = await ask({ ticket: await ticket.issue({ id: "ada" }) });
  const connect = aroundConnect(
    async ({
      requestContext: { connectionId: id },
    }: {
      readonly requestContext: { readonly connectionId: string };
    }) => {
      await rooms.join({ room: "chat", id });
      await session.revoke({ id: "ada" });
      return { statusCode: 200 };
    },
  );
  const requestContext = { connectionId: "late=", authorizer: handedOn(authorized) };
  expect(await connect({ requestContext }, {})).toEqual({ statusCode: 401 });
  expect(await rooms.of({ id: "late=" })).toEqual([]);
});

test("who has logged in joins with their identity", async () => {
  await startLogins();
  const authorized = await ask({ ticket: await ticket.issue({ id: "ada", age: 36 }) });
  const connect = aroundConnect(
    async ({
      requestContext: { connectionId: id },
    }: {
      readonly requestContext: { readonly connectionId: string };
    }) => {
      await rooms.join({ room: "chat", id });
      return { statusCode: 200 };
    },
  );
  const requestContext = { connectionId: "ada=", authorizer: handedOn(authorized) };
  expect(await connect({ requestContext }, {})).toEqual({ statusCode: 200 });
  await rooms.join({ room: "other", id: "ada=" });
  for (const room of ["chat", "other"]) {
    const members = [];
    for await (const { member } of rooms.members({ room })) members.push(member);
    expect(members).toEqual([{ id: "ada", age: "36" }]);
  }
  expect(await rooms.of({ id: "ada=" })).toEqual(["chat", "other"]);
});
