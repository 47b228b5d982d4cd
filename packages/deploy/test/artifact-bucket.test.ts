import { afterEach, beforeEach, expect, test } from "vitest";
import { stackXml, type Reply } from "./fake-aws.ts";
import { createTemporaryApp, type TemporaryApp } from "./temporary-app.ts";

let app: TemporaryApp;

beforeEach(async () => {
  app = await createTemporaryApp();
});

afterEach(() => app[Symbol.asyncDispose]());

const unchanged = (action: string): Reply => {
  switch (action) {
    case "DescribeStacks":
      return stackXml("UPDATE_COMPLETE");
    case "CreateChangeSet":
      return { code: "ValidationError", message: "far enough" };
    default:
      return "";
  }
};
const name = "arclet-artifacts-123456789012-us-east-1";

test("a bucket that is missing is made: closed, and encrypted", async () => {
  const aws = await app.fake(unchanged, {}, (call) => (call.startsWith("HEAD ") ? 404 : 200));
  await expect(app.deploy()).rejects.toMatchObject({ code: "ERR_CHANGE_SET" });
  expect(aws.calls.filter((call) => call.startsWith("PUT "))).toEqual([
    `PUT /${name}/`,
    `PUT /${name}/?publicAccessBlock=`,
    `PUT /${name}/?encryption=`,
    expect.stringMatching(/^PUT \/[\w-]+\/AppStaging\/functions\/[0-9a-f]{64}\.zip/),
  ]);
  const settings = aws.bodies.join("");
  for (const part of ["BlockPublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"])
    expect(settings).toContain(`<${part}>true</${part}>`);
  expect(settings).toContain("<SSEAlgorithm>AES256</SSEAlgorithm>");
});

test("every request to it expects this account to own it", async () => {
  const aws = await app.fake(unchanged);
  await expect(app.deploy()).rejects.toMatchObject({ code: "ERR_CHANGE_SET" });
  expect(aws.owners.length).toBeGreaterThan(0);
  expect(new Set(aws.owners)).toEqual(new Set(["123456789012"]));
});

test("a bucket that somebody else has made under the name is refused, and sent nothing", async () => {
  const aws = await app.fake(unchanged, {}, () => 403);
  await expect(app.deploy()).rejects.toMatchObject({
    code: "ERR_ACCESS_DENIED",
    message: `The bucket ${name} cannot be used`,
    hints: [expect.stringContaining("123456789012"), expect.stringContaining("bucket my-bucket")],
  });
  expect(aws.calls.filter((call) => call.startsWith("PUT "))).toEqual([]);
});

test("the manifest's bucket is used, and archives that it has are not sent again", async () => {
  await app.write("app.arc", "@app\napp\n\n@http\nget /\n\n@aws\nbucket ours\n");
  const aws = await app.fake(unchanged);
  await expect(app.deploy()).rejects.toMatchObject({ code: "ERR_CHANGE_SET" });
  const objects = aws.calls.filter((call) => /^[A-Z]+ \//.test(call));
  expect(objects).toEqual(["HEAD /ours/", expect.stringMatching(/^HEAD \/ours\/AppStaging\//)]);
  expect(app.events).toContainEqual({ type: "up-to-date", what: "http/get-index" });
});
