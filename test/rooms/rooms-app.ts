/** An app that does with its rooms what a test asks for, over HTTP; `REPORT_URL` gets joins and leaves. */
export function roomsApp(
  reportUrl: string,
  settings = "auth ticket session",
): Record<string, string> {
  return {
    "app.arc": `@app
rooms

@ws

@ws-settings
${settings}

@rooms
chat
  presence true
small
  members 2
slow
  rate 2

@http
post /call
post /login
get /ticket
`,
    ".env": `REPORT_URL=${reportUrl}\n`,
    "src/ws/ws-connect/index.mjs": `import { rooms } from "@arclet/functions";
export const handler = async ({ requestContext: { connectionId: id }, queryStringParameters: query = {} }) => {
  for (const room of (query.join ?? "").split(",").filter(Boolean)) await rooms.join({ room, id });
  if (query.fail === "throw") throw new Error("no");
  return { statusCode: Number(query.status ?? 200) };
};
`,
    "src/ws/ws-default/index.mjs": `import { ws } from "@arclet/functions";
export const handler = async ({ requestContext }) => {
  const { connectionId: id, authorizer } = requestContext;
  await ws.send({ id, payload: { id, authorizer: authorizer ?? null } });
  return { statusCode: 200 };
};
`,
    "src/ws/ws-disconnect/index.mjs": `import { rooms } from "@arclet/functions";
const report = (body) => fetch(process.env.REPORT_URL, { method: "POST", body: JSON.stringify(body) });
export const handler = async ({ requestContext: { connectionId: id, authorizer } }) => {
  const error = await rooms.join({ room: "chat", id }).then(() => null, ({ name }) => name);
  await report({ disconnected: id, authorizer, error });
  return { statusCode: 200 };
};
`,
    "src/rooms/chat/index.mjs": `export const handler = async ({ Records }) => {
  for (const record of Records) {
    await fetch(process.env.REPORT_URL, { method: "POST", body: JSON.stringify(record) });
  }
};
`,
    "src/http/post-call/index.mjs": `import { rooms, session, ticket } from "@arclet/functions";
const targets = { rooms, session, ticket };
export const handler = async ({ body }) => {
  const [name, method, request] = JSON.parse(body);
  try {
    const called = targets[name][method](request);
    const value = method === "members" ? await Array.fromAsync?.(called) ?? await listOf(called) : await called;
    return { statusCode: 200, body: JSON.stringify({ value: value ?? null }) };
  } catch (error) {
    return { statusCode: 200, body: JSON.stringify({ error: error.name, message: error.message }) };
  }
};
async function listOf(iterable) {
  const list = [];
  for await (const item of iterable) list.push(item);
  return list;
}
`,
    "src/http/post-login/index.mjs": `import { session } from "@arclet/functions";
export const handler = async ({ body }) => ({
  statusCode: 204,
  headers: { "set-cookie": await session.write({ user: JSON.parse(body) }) },
});
`,
    "src/http/get-ticket/index.mjs": `import { session, ticket } from "@arclet/functions";
export const handler = async (event) => {
  const { user } = await session.read(event);
  return user === undefined ? { statusCode: 401 } : { statusCode: 200, body: await ticket.issue(user) };
};
`,
  };
}
