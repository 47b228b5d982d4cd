import { destroyApp } from "@arclet/deploy";
import { afterAll, beforeAll } from "vitest";
import {
  describeStaticServing,
  staticFiles,
  staticSettings,
} from "../helpers/static-conformance.ts";
import { createAppFolder, deploy, projectOf } from "./deployment.ts";

let host = "";
let stop = async (): Promise<void> => {};

beforeAll(async () => {
  const files = Object.entries(staticFiles).map(([name, content]) => [`public/${name}`, content]);
  const folder = await createAppFolder({
    "app.arc": `@app\nsite\n\n@static\n${staticSettings}\n`,
    ...Object.fromEntries(files),
  });
  stop = async () => {
    const { manifest } = await projectOf(folder.root);
    await destroyApp({ manifest, stage: "staging", name: null, force: true }, { report: () => {} });
    await folder[Symbol.asyncDispose]();
  };
  const { result } = await deploy(folder.root);
  ({ host } = new URL(result.httpUrl ?? ""));
});

afterAll(() => stop());

describeStaticServing("deployed", () => ({
  origin: process.env["AWS_ENDPOINT_URL"] ?? "",
  host,
}));
