import { once } from "node:events";
import { destroyApp } from "@arclet/deploy";
import { expect, test } from "vitest";
import { ask, connect, createAppFolder, deploy, projectOf, refusal } from "./deployment.ts";
import { residue } from "./residue.ts";

const ok = "export const handler = async () => ({ statusCode: 200 });\n";
const authorizer = (token: string): string => `
export const handler = async ({ methodArn, queryStringParameters }) => ({
  principalId: "anyone",
  context: { from: "authorizer" },
  policyDocument: {
    Version: "2012-10-17",
    Statement: [{
      Action: "execute-api:Invoke",
      Effect: queryStringParameters?.token === "${token}" ? "Allow" : "Deny",
      Resource: methodArn,
    }],
  },
});
`;
const answer = `
import { ws } from "@arclet/functions";
export const handler = async ({ requestContext: { connectionId: id, routeKey, authorizer } }) => {
  await ws.send({ id, payload: { by: routeKey, seen: authorizer?.from } });
  return { statusCode: 200 };
};
`;
const manifest = (actions: string): string =>
  `@app\nguarded\n\n@ws\n${actions}\n@ws-settings\nselection $request.body.type\nauthorizer src/authorizer\nidentity querystring.token\n`;

test("authorizer and selection are as the manifest says, and each change goes live", async () => {
  await using folder = await createAppFolder({
    "app.arc": manifest("ask\n"),
    "src/authorizer/index.js": authorizer("first"),
    "src/ws/connect/index.js": ok,
    "src/ws/disconnect/index.js": ok,
    "src/ws/default/index.js": answer,
    "src/ws/ask/index.js": answer,
  });
  const { root, write } = folder;
  const { result } = await deploy(root);
  const url = result.webSocketUrl ?? "";
  expect(await refusal(`${url}?token=second`, "https://any.example")).toBe(403);
  expect(await refusal(url, "https://any.example")).toBe(401);
  expect(await ask(`${url}?token=first`, { type: "ask" })).toEqual({
    by: "ask",
    seen: "authorizer",
  });

  await write("src/authorizer/index.js", authorizer("second"));
  await write("app.arc", manifest(""));
  await deploy(root);
  expect(await refusal(`${url}?token=first`, "https://any.example")).toBe(403);
  // The route is gone, and its messages go to what is left.
  expect(await ask(`${url}?token=second`, { type: "ask" })).toMatchObject({ by: "$default" });

  // Sockets outlive a deploy.
  const socket = connect(`${url}?token=second`);
  await once(socket, "open");
  await write("app.arc", manifest("ask\n"));
  await deploy(root);
  socket.send(JSON.stringify({ type: "ask" }));
  const [data] = (await once(socket, "message")) as [Buffer];
  expect(JSON.parse(data.toString())).toMatchObject({ by: "ask" });
  socket.close();
  await once(socket, "close");

  const app = { manifest: (await projectOf(root)).manifest, stage: "staging", name: null } as const;
  await destroyApp({ ...app, force: false }, { report: () => {} });
  expect((await residue("GuardedStaging")).filter((service) => service !== "logs")).toEqual([]);
});
