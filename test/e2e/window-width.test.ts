import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { freePort } from "../helpers/free-port.ts";
import { linkDependencies, temporaryFolder } from "../helpers/temporary-folder.ts";

const run = promisify(execFile);
const bin = fileURLToPath(new URL("../../packages/cli/bundle/bin.js", import.meta.url));

const longName = "a-function-with-a-rather-long-name";

/** What stands in a terminal: as it is wrapped, and with wrapped lines joined again. */
async function screen(
  session: string,
): Promise<{ readonly shown: string; readonly joined: string }> {
  const capture = ["-L", session, "capture-pane", "-p", "-t", session, "-S", "-"];
  const [shown, joined] = await Promise.all([
    run("tmux", capture),
    run("tmux", [...capture, "-J"]),
  ]);
  const trimmed = (text: string): string =>
    text
      .split("\n")
      .map((line) => line.trimEnd())
      .join("\n");
  return { shown: trimmed(shown.stdout), joined: trimmed(joined.stdout) };
}

async function until(session: string, pattern: RegExp): Promise<void> {
  for (;;) {
    const { joined } = await screen(session);
    if (pattern.test(joined)) return;
  }
}

test.each([80, 60])(
  "nothing wraps in a window of %i columns",
  async (columns) => {
    await using folder = await temporaryFolder({
      ".arc": `@app\nwide\n\n@ws\n${longName}\n\n@http\nget /cats/:id/of/a/rather/long/path/that/goes/on\nget /broken\nget /publish\n\n@events\n${longName}\n\n@scheduled\n${longName} cron(0 12 1 1 ? *)\n\n@tables\ncats\n  id *String\n`,
      "src/http/get-broken/index.js": `exports.handler = async () => {\n  throw new Error("${"words ".repeat(30)}");\n};\n`,
      [`src/events/${longName}/index.js`]: `exports.handler = async () => {\n  throw new Error("late");\n};\n`,
      "src/http/get-publish/index.js": `const { events } = require("@arclet/functions");\nexports.handler = async () => {\n  await events.publish({ name: "${longName}", payload: {} });\n  return { statusCode: 200 };\n};\n`,
    });
    await linkDependencies(folder.path);
    const port = await freePort();
    const session = `arclet-${process.pid}-${columns}`;
    // A terminal is one for a person, also where tests run without one.
    const command = `env -u CI ${process.execPath} ${bin} dev ${folder.path} --port ${port} --verbose`;
    await run("tmux", [
      "-L",
      session,
      "new-session",
      "-d",
      "-s",
      session,
      "-x",
      String(columns),
      "-y",
      "24",
      command,
    ]);
    try {
      await until(session, /quit/);
      await fetch(`http://localhost:${port}/cats/1/of/a/rather/long/path/that/goes/on`);
      await fetch(`http://localhost:${port}/broken?q=1`);
      await fetch(`http://localhost:${port}/publish`);
      await until(session, /event\s+[0-9a-f-]{36}/);
      await fetch(`http://localhost:${port}/${"no-such-path/".repeat(12)}`);
      await until(session, /no-such-path/);
      const { shown, joined } = await screen(session);
      // Lambda's own lines are Lambda's.
      const own = (text: string): string[] =>
        text.split("\n").filter((line) => !/RequestId|Duration|Memory/.test(line));
      const wrapped = own(joined).filter((line) => line.length > columns);
      expect(wrapped).toEqual([]);
      expect(shown).toMatch(/TABLE\s+cats/);
    } finally {
      await run("tmux", ["-L", session, "kill-server"]);
    }
  },
  60_000,
);
