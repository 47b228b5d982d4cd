import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { CliProcess } from "../helpers/cli-process.ts";
import {
  describeStaticServing,
  staticFiles,
  staticSettings,
} from "../helpers/static-conformance.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

let origin = "";
let stop = async (): Promise<void> => {};

beforeAll(async () => {
  const folder = await temporaryFolder({ "app.arc": `@app\nsite\n\n@static\n${staticSettings}\n` });
  for (const [name, content] of Object.entries(staticFiles)) {
    const file = join(folder.path, "public", name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  const cli = new CliProcess(["dev", folder.path, "--port", "0"]);
  stop = async () => {
    await cli.interrupt();
    await folder[Symbol.asyncDispose]();
  };
  [, origin = ""] = await cli.waitFor(/(http:\/\/localhost:\d+)/);
});

afterAll(() => stop());

describeStaticServing("arclet dev", () => ({ origin }));
