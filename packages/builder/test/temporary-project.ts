import { execFile } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import type { BuiltFunction } from "@arclet/builder";
import type { FunctionConfig, ProjectFunction } from "@arclet/manifest";
import { onTestFinished } from "vitest";
import { functionConfigWith } from "../../../test/helpers/model.mjs";

export interface TemporaryProject {
  readonly root: string;
  write(files: Readonly<Record<string, string | Uint8Array>>): Promise<void>;
  /** A function of the project, in `src/<id>` unless `folder` says otherwise. */
  declare(id: string, config?: Partial<FunctionConfig>, folder?: string): ProjectFunction;
}

/** A project folder of its own, removed when the test ends. */
export async function createProject(
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<TemporaryProject> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "arclet-build-")));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const project: TemporaryProject = {
    root,
    async write(more) {
      for (const [name, contents] of Object.entries(more)) {
        await mkdir(dirname(join(root, name)), { recursive: true });
        await writeFile(join(root, name), contents);
      }
    },
    declare(id, config = {}, folder = `src/${id}`) {
      const [pragma, ...name] = id.split("/");
      return {
        id,
        pragma: pragma === "http" ? "http" : "ws",
        name: name.join("/"),
        sourceCandidates: [folder],
        config: functionConfigWith({ runtime: "nodejs20.x", ...config }),
        origin: null,
        directory: join(root, folder),
        exists: true,
      };
    },
  };
  await project.write(files);
  return project;
}

const run = promisify(execFile);

/** Loads the built handler as Lambda would, in a process of its own, and returns what it returns. */
export async function runBuilt(built: BuiltFunction, event: unknown = {}): Promise<unknown> {
  const exportPath = built.handler.slice(built.handler.indexOf(".") + 1);
  const load =
    built.format === "cjs"
      ? `require(${JSON.stringify(built.entry)})`
      : `await import(${JSON.stringify(pathToFileURL(built.entry).href)})`;
  const script = `import { createRequire } from "node:module";
const require = createRequire(${JSON.stringify(pathToFileURL(built.entry).href)});
const handler = ${JSON.stringify(exportPath.split("."))}.reduce((value, key) => value[key], ${load});
try {
  console.log(JSON.stringify({ value: await handler(${JSON.stringify(event)}) }));
} catch (error) {
  console.log(JSON.stringify({ stack: error.stack }));
}`;
  const { stdout } = await run(
    process.execPath,
    ["--enable-source-maps", "--input-type=module", "--eval", script],
    { cwd: built.sourceDirectory },
  );
  const answer: { value?: unknown; stack?: string } = JSON.parse(
    stdout.trim().split("\n").at(-1) ?? "",
  );
  if (answer.stack !== undefined) throw new Error(answer.stack);
  return answer.value;
}
