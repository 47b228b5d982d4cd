import { expect, test } from "vitest";
import { credentialSource, type CredentialSource } from "../src/aws/credential-source.ts";

const keys = { AWS_ACCESS_KEY_ID: "KEY", AWS_SECRET_ACCESS_KEY: "secret" };
const identity = { AWS_WEB_IDENTITY_TOKEN_FILE: "/token", AWS_ROLE_ARN: "arn:role" };
const ofProfile = (profile: string | null): CredentialSource => ({ type: "profile", profile });

test.each<[string, string | null, NodeJS.ProcessEnv, string | null, CredentialSource]>([
  ["the flag before keys", "flag", { ...keys, AWS_PROFILE: "env" }, "manifest", ofProfile("flag")],
  ["keys before profiles", null, { ...keys, AWS_PROFILE: "env" }, "manifest", { type: "keys" }],
  [
    "a web identity before profiles",
    null,
    { ...identity, AWS_PROFILE: "env" },
    "manifest",
    { type: "web-identity", tokenFile: "/token", roleArn: "arn:role" },
  ],
  [
    "half a pair of keys is none",
    null,
    { AWS_ACCESS_KEY_ID: "KEY" },
    "manifest",
    ofProfile("manifest"),
  ],
  ["keys before a web identity", null, { ...keys, ...identity }, null, { type: "keys" }],
  ["AWS_PROFILE before the manifest", null, { AWS_PROFILE: "env" }, "manifest", ofProfile("env")],
  ["an empty AWS_PROFILE is none", null, { AWS_PROFILE: "" }, "manifest", ofProfile("manifest")],
  [
    "a container's role before the manifest",
    null,
    { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: "/v2/credentials" },
    "manifest",
    ofProfile(null),
  ],
  ["the manifest's profile", null, {}, "manifest", ofProfile("manifest")],
  ["nothing: the standard chain", null, {}, null, ofProfile(null)],
])("%s", (_what, profile, environment, named, expected) => {
  expect(credentialSource({ profile }, { profile: named }, environment)).toEqual(expected);
});
