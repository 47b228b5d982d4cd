import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describeApp } from "@arclet/deploy";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { manifestOf } from "./apps.ts";
import { startFakeAws, stackXml, type FakeAws, type Reply } from "./fake-aws.ts";

let home = "";
let running: FakeAws | null = null;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "arclet-home-"));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await running?.[Symbol.asyncDispose]();
  running = null;
  await rm(home, { recursive: true, force: true });
});

/** AWS's answer to what a command does with these files of the home folder and these settings of `@aws`. */
async function describe(
  settings: string,
  files: { readonly [path: string]: string } = {},
  answer: () => Reply = () => stackXml("CREATE_COMPLETE"),
): Promise<FakeAws> {
  running = await startFakeAws(answer);
  for (const name of Object.keys(process.env))
    if (name.startsWith("AWS_") && name !== "AWS_ENDPOINT_URL") vi.stubEnv(name, undefined);
  vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
  vi.stubEnv("HOME", home);
  vi.stubEnv("AWS_CONFIG_FILE", join(home, ".aws/config"));
  vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", join(home, ".aws/credentials"));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(home, path)), { recursive: true });
    await writeFile(join(home, path), text);
  }
  const manifest = await manifestOf(`@app\napp\n\n@ws\n\n@aws\n${settings}\n`);
  await describeApp({ manifest, stage: "staging", name: null });
  return running;
}

const profiles = {
  ".aws/config":
    "[default]\nregion = us-west-2\n\n[profile work]\nregion = eu-central-1\n\n[profile signed]\nregion = eu-central-1\nsso_session = company\nsso_account_id = 123456789012\nsso_role_name = Developer\n\n[sso-session company]\nsso_start_url = https://company.awsapps.com/start\nsso_region = eu-central-1\n",
  ".aws/credentials":
    "[default]\naws_access_key_id = DEFAULT\naws_secret_access_key = secret\n\n[work]\naws_access_key_id = WORK\naws_secret_access_key = secret\n",
};

test("profile and region of @aws are used, and the profile's own region", async () => {
  const { credentials } = await describe("profile work", profiles);
  expect(new Set(credentials)).toEqual(new Set(["WORK eu-central-1"]));
});

test("the region of @aws is over the profile's", async () => {
  const { credentials } = await describe("profile work\nregion eu-west-1", profiles);
  expect(new Set(credentials)).toEqual(new Set(["WORK eu-west-1"]));
});

test("without @aws the standard chain decides", async () => {
  const { credentials } = await describe("memory 256", profiles);
  expect(new Set(credentials)).toEqual(new Set(["DEFAULT us-west-2"]));
});

test("a profile that is not there is named", async () => {
  await expect(describe("profile elsewhere\nregion eu-west-1", profiles)).rejects.toMatchObject({
    code: "ERR_NO_CREDENTIALS",
    message: "The AWS profile elsewhere has no credentials",
    hints: [expect.stringContaining("aws configure --profile elsewhere")],
  });
});

test("no credentials and no region get a sentence", async () => {
  await expect(describe("region eu-west-1")).rejects.toMatchObject({
    code: "ERR_NO_CREDENTIALS",
    message: "No AWS credentials were found",
  });
  await running?.[Symbol.asyncDispose]();
  const { ".aws/credentials": keys } = profiles;
  await expect(describe("memory 256", { ".aws/credentials": keys })).rejects.toMatchObject({
    code: "ERR_NO_REGION",
  });
});

test.each([
  ["that was never made", null],
  ["that is over", "2020-01-01T00:00:00Z"],
])("a sign-in %s leads to aws sso login", async (_what, expiresAt) => {
  const cached = `.aws/sso/cache/${createHash("sha1").update("company").digest("hex")}.json`;
  const token = JSON.stringify({ accessToken: "token", expiresAt, region: "eu-central-1" });
  const files = expiresAt === null ? profiles : { ...profiles, [cached]: token };
  await expect(describe("profile signed", files)).rejects.toMatchObject({
    code: "ERR_CREDENTIALS_EXPIRED",
    message: "Your AWS sign-in has expired",
    hints: ["Sign in again: aws sso login --profile signed"],
  });
});

test.each([
  ["ExpiredToken", "ERR_CREDENTIALS_EXPIRED"],
  ["RequestExpired", "ERR_CREDENTIALS_EXPIRED"],
  ["SignatureDoesNotMatch", "ERR_CREDENTIALS_EXPIRED"],
  ["AccessDenied", "ERR_ACCESS_DENIED"],
  ["InsufficientCapabilitiesException", "ERR_AWS"],
])("%s of AWS is %s", async (code, expected) => {
  await expect(
    describe("profile work", profiles, () => ({ code, message: "AWS says so" })),
  ).rejects.toMatchObject({ code: expected, isUserError: true });
});

test("an unreachable endpoint is reported", async () => {
  const manifest = await manifestOf("@app\napp\n\n@ws\n");
  const gone = await startFakeAws(() => "");
  const endpoint = process.env["AWS_ENDPOINT_URL"];
  await gone[Symbol.asyncDispose]();
  vi.stubEnv("AWS_ENDPOINT_URL", endpoint);
  vi.stubEnv("AWS_REGION", "us-east-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
  await expect(describeApp({ manifest, stage: "staging", name: null })).rejects.toMatchObject({
    code: "ERR_UNREACHABLE",
  });
});

test.each([".", "--", "a b", "ä"])("%s cannot name a stack", async (name) => {
  const manifest = await manifestOf("@app\napp\n\n@ws\n");
  const described = async (): Promise<unknown> => describeApp({ manifest, stage: "staging", name });
  await expect(described()).rejects.toMatchObject({ code: "ERR_STACK_NAME" });
});
