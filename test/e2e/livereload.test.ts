import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { launchBrowser } from "../helpers/browser.ts";
import { CliProcess, runCli } from "../helpers/cli-process.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

const page = (text: string): string =>
  `exports.handler = async () => ({ html: "<body><h1>${text}</h1><script type=module src=/app.js></script></body>" });\n`;

test("a page loads again when its function, its script or a static page is saved", async () => {
  await using folder = await temporaryFolder({
    "app.arc": "@app\nlive\n\n@http\nget /\n\n@ws\n",
    "preferences.arc": "@sandbox\nlivereload true\n",
    "src/http/get-index/index.js": page("one"),
    "src/ws/ws-connect/index.js": "exports.handler = async () => ({ statusCode: 200 });\n",
    "src/ws/ws-default/index.js": "exports.handler = async () => ({ statusCode: 200 });\n",
    "src/ws/ws-disconnect/index.js": "exports.handler = async () => ({ statusCode: 200 });\n",
    "public/app.js": "document.body.dataset.script = 'one';\n",
    "public/static.html": "<h1>static one</h1>",
  });
  const file = (name: string): string => join(folder.path, name);
  await using cli = new CliProcess(["dev", folder.path, "--port", "0"]);
  const [, url = ""] = await cli.waitFor(/(http:\/\/localhost:\d+)/);
  const browser = await launchBrowser();
  try {
    const tab = await browser.context.newPage();
    const opened = tab.waitForResponse(/livereload$/);
    await tab.goto(url);
    await tab.locator("h1", { hasText: /^one$/ }).waitFor();
    await opened;
    let loads = 0;
    tab.on("load", () => loads++);
    const again = tab.waitForResponse(/livereload$/);
    await writeFile(file("src/http/get-index/index.js"), page("two"));
    await tab.locator("h1", { hasText: /^two$/ }).waitFor();
    await again;
    const third = tab.waitForResponse(/livereload$/);
    await writeFile(file("public/app.js"), "document.body.dataset.script = 'two';\n");
    await tab.locator("body[data-script=two]").waitFor();
    await third;
    expect(loads).toBe(2);

    const onStatic = tab.waitForResponse(/livereload$/);
    await tab.goto(`${url}/static`);
    await onStatic;
    await writeFile(file("public/static.html"), "<h1>static two</h1>");
    await tab.locator("h1", { hasText: "static two" }).waitFor();
    // What lies in the folder is what is deployed.
    expect(await readFile(file("public/static.html"), "utf8")).toBe("<h1>static two</h1>");
  } finally {
    await browser.close();
  }
});

test("pages have the script only where the preferences say so, as those of a new app do", async () => {
  await using plain = await temporaryFolder({
    "app.arc": "@app\nplain\n\n@http\nget /\n",
    "src/http/get-index/index.js": page("one"),
  });
  await using fresh = await temporaryFolder();
  await runCli(["init"], { cwd: fresh.path });
  expect(await readFile(join(fresh.path, "preferences.arc"), "utf8")).toContain("livereload true");
  await using cli = new CliProcess(["dev", plain.path, "--port", "0"]);
  const [, url = ""] = await cli.waitFor(/(http:\/\/localhost:\d+)/);
  expect(await (await fetch(url)).text()).not.toContain("livereload");
});
