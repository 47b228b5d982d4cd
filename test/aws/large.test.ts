import { destroyApp } from "@arclet/deploy";
import { expect, test } from "vitest";
import { createAppFolder, deploy, get, projectOf } from "./deployment.ts";

test("an app whose template is larger than a call takes is deployed through the bucket", async () => {
  const names = Array.from({ length: 30 }, (_, index) => `r${index}`);
  await using folder = await createAppFolder({
    "app.arc": `@app\nlarge\n\n@http\n${names.map((name) => `get /${name}`).join("\n")}\n`,
    ...Object.fromEntries(
      names.map((name) => [
        `src/http/get-${name}/index.js`,
        `export const handler = async () => ({ statusCode: 200, body: "${name}" });\n`,
      ]),
    ),
  });
  const { result } = await deploy(folder.root);
  expect((await get(`${result.httpUrl}/r29`)).body).toBe("r29");
  const listed = await get(
    `${process.env["AWS_ENDPOINT_URL"]}/arclet-artifacts-000000000000-us-east-1?prefix=LargeStaging/templates`,
  );
  expect(listed.body).toContain("<Key>LargeStaging/templates/");
  const { manifest } = await projectOf(folder.root);
  await destroyApp({ manifest, stage: "staging", name: null, force: false }, { report: () => {} });
});
