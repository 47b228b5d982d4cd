import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createArchiver, type BuiltFunction } from "@arclet/builder";
import { deployApp, type DeployEvent, type DeployOptions, type DeployResult } from "@arclet/deploy";
import type { Project } from "@arclet/manifest";
import { readProject } from "@arclet/manifest/node";
import { startFakeAws, type FakeAws } from "./fake-aws.ts";

/** The folder of an app of one function, and the AWS that it is deployed to. */
export interface TemporaryApp extends AsyncDisposable {
  readonly root: string;
  /** Of all deploys. */
  readonly events: readonly DeployEvent[];
  write(path: string, text: string): Promise<void>;
  /** Scripts AWS until the app is disposed. */
  fake(...args: Parameters<typeof startFakeAws>): Promise<FakeAws>;
  /** Its functions, as if they were built. */
  built(project: Project): readonly BuiltFunction[];
  /** Deploys it as if it were built. */
  deploy(options?: Partial<DeployOptions>): Promise<DeployResult>;
}

export async function createTemporaryApp(): Promise<TemporaryApp> {
  const root = await mkdtemp(join(tmpdir(), "arclet-deploy-"));
  const events: DeployEvent[] = [];
  const running: FakeAws[] = [];
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  };
  await write("app.arc", "@app\napp\n\n@http\nget /\n");
  await write("built/index.mjs", "export const handler = async () => ({ statusCode: 200 });\n");
  const built = ({ functions }: Project): readonly BuiltFunction[] =>
    functions.map(({ id }) => ({
      functionId: id,
      directory: join(root, "built"),
      entry: join(root, "built/index.mjs"),
      handler: "index.handler",
      format: "esm",
      sourceDirectory: root,
      inputs: [],
      hash: "0",
    }));
  return {
    root,
    built,
    events,
    write,
    fake: async (...args) => {
      const aws = await startFakeAws(...args);
      running.push(aws);
      return aws;
    },
    deploy: async (options = {}) => {
      const { project, diagnostics } = await readProject(root);
      if (project === null) throw new Error(JSON.stringify(diagnostics));
      return deployApp(
        {
          project,
          built: built(project),
          archiver: createArchiver(),
          stage: "staging",
          name: null,
          mode: "all",
          confirm: () => Promise.resolve(true),
          ...options,
        },
        { report: (event) => void events.push(event) },
      );
    },
    [Symbol.asyncDispose]: async () => {
      for (const aws of running) await aws[Symbol.asyncDispose]();
      await rm(root, { recursive: true, force: true });
    },
  };
}
