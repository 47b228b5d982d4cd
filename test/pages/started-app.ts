import { once } from "node:events";
import { WebSocket } from "ws";
import { CliProcess, runCli } from "../helpers/cli-process.ts";
import { linkDependencies, temporaryFolder } from "../helpers/temporary-folder.ts";

/** The app of a page, checked and running. */
export interface StartedApp extends AsyncDisposable {
  readonly root: string;
  readonly url: string;
  readonly output: () => string;
  open(query?: string, headers?: Readonly<Record<string, string>>): Promise<WebSocket>;
}

export async function startApp(
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): Promise<StartedApp> {
  const folder = await temporaryFolder({ "package.json": "{}", ...files });
  await linkDependencies(folder.path);
  const checked = await runCli(["check"], { cwd: folder.path });
  if (checked.code !== 0) throw new Error(checked.output);
  const dev = new CliProcess(["dev", "--port", "0"], { cwd: folder.path, env: { ...env } });
  const [url] = await dev.waitFor(/http:\/\/localhost:\d+/);
  return {
    root: folder.path,
    url,
    output: () => dev.output,
    async open(query = "", headers = {}) {
      const socket = new WebSocket(`${url.replace("http", "ws")}${query}`, { headers });
      await once(socket, "open");
      return socket;
    },
    async [Symbol.asyncDispose]() {
      await dev[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** The next message of a socket, parsed. */
export async function nextMessage(socket: WebSocket): Promise<unknown> {
  const [data] = (await once(socket, "message")) as [Buffer];
  return JSON.parse(data.toString("utf8"));
}
