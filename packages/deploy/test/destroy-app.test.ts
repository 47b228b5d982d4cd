import { destroyApp } from "@arclet/deploy";
import { expect, test } from "vitest";
import { manifestOf } from "./apps.ts";
import { noStack, startFakeAws } from "./fake-aws.ts";

test("a destroy that was interrupted after its stack had gone removes the variables", async () => {
  const manifest = await manifestOf("@app\napp\n\n@ws\n");
  await using aws = await startFakeAws(() => noStack, { "/arclet/AppStaging/env/A": "1" });
  const options = { manifest, stage: "staging", name: null, force: false } as const;
  await destroyApp(options, { report: () => {} });
  expect(aws.calls).toContain("SSM DeleteParameter");
  expect(aws.calls).not.toContain("CloudFormation DeleteStack");
});

test("what is not deployed cannot be destroyed", async () => {
  const manifest = await manifestOf("@app\napp\n\n@ws\n");
  await using aws = await startFakeAws(() => noStack);
  const options = { manifest, stage: "staging", name: null, force: true } as const;
  await expect(destroyApp(options, { report: () => {} })).rejects.toMatchObject({
    code: "ERR_STACK_MISSING",
  });
  expect(aws.calls).not.toContain("CloudFormation DeleteStack");
});
