// `npm run picture`: the README's picture, of a new app in a terminal and in Chromium side by side.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { chromium } from "playwright-core";
import { ensureChromium } from "./chromium.mjs";
import { root } from "./setup.mjs";

const arclet = join(root, "packages/cli/bundle/bin.js");
// Below the project, where a new app finds its packages.
const app = join(root, ".cache/picture");
const picture = join(root, "docs/public/picture.png");
const width = 620;
const height = 420;
const manifest = "@app\ntestapp\n\n@ws\n# no further config required\n\n@http\nget /\n";

rmSync(app, { recursive: true, force: true });
mkdirSync(app, { recursive: true });
writeFileSync(join(app, "app.arc"), manifest);
const { status, stderr } = spawnSync(process.execPath, [arclet, "init"], {
  cwd: app,
  encoding: "utf8",
});
if (status !== 0) throw new Error(`arclet init failed: ${stderr}`);

const dev = spawn(process.execPath, [arclet, "dev"], {
  cwd: app,
  env: { ...process.env, FORCE_COLOR: "1", NO_COLOR: undefined },
  stdio: ["ignore", "pipe", "inherit"],
});
const browser = await chromium.launch({ executablePath: ensureChromium() ?? undefined });
try {
  let output = "";
  dev.stdout.setEncoding("utf8");
  dev.stdout.on("data", (chunk) => (output += chunk));
  await until(() => /public/.test(output));
  const url = /http:\/\/localhost:\d+/.exec(output)?.[0] ?? "";
  const page = await browser.newPage({ viewport: { width, height }, deviceScaleFactor: 2 });
  await page.goto(url);
  await talk(page);
  await until(() => (output.match(/\$default/g) ?? []).length > 2);
  const shown = (await page.screenshot()).toString("base64");
  await page.setViewportSize({ width: 2 * width + 72, height: height + 90 });
  await page.setContent(composed(output, shown, url));
  await page.locator("main").screenshot({ path: picture });
} finally {
  await browser.close();
  const ended = once(dev, "exit");
  dev.kill("SIGINT");
  await ended;
}
console.log(`wrote ${picture}`);

/** Says two things, as somebody who tries the page does, and waits for what comes back. */
async function talk(page) {
  for (const text of ["hello", "is anybody there?"]) {
    const field = page.locator("input");
    await field.fill(text);
    await field.press("Enter");
    await page.getByText(text).last().waitFor();
  }
}

async function until(isSo) {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

/** Two windows: the terminal's text, and the page as it was. */
function composed(output, shown, url) {
  const frame = (title, content) =>
    `<section><header><i></i><i></i><i></i><span>${title}</span></header>${content}</section>`;
  const terminal = `<pre><b class="dim">$ arclet dev</b>\n${toHtml(output.trimEnd())}</pre>`;
  const page = `<img src="data:image/png;base64,${shown}" width="${width}" height="${height}">`;
  return `<style>
    main { display: flex; gap: 24px; padding: 24px; width: max-content; background: #dfe3ea; }
    section { width: ${width}px; border-radius: 10px; overflow: hidden; box-shadow: 0 8px 24px #0003; }
    header { display: flex; gap: 7px; align-items: center; height: 34px; padding: 0 14px; background: #eceef2; font: 13px sans-serif; color: #555; }
    header i { width: 11px; height: 11px; border-radius: 50%; background: #c3c8d1; }
    header span { margin-left: 8px; }
    pre { margin: 0; box-sizing: border-box; height: ${height}px; padding: 14px; overflow: hidden; background: #16181d; color: #e6e6e6; font: 12px/1.6 "DejaVu Sans Mono", monospace; }
    img { display: block; background: #fff; }
    pre b.dim { color: #8b919c; font-weight: normal; }
    body { margin: 0; }
  </style><main>${frame("my-app: arclet dev", terminal)}${frame(url, page)}</main>`;
}

/** https://en.wikipedia.org/wiki/ANSI_escape_code#Select_Graphic_Rendition_parameters */
function toHtml(text) {
  const colours = { 31: "#ff7b72", 32: "#7ee787", 33: "#e3b341", 35: "#d2a8ff", 36: "#79c0ff" };
  const [first = "", ...rest] = text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .split("\u001B[");
  const spans = rest.map((part) => {
    const end = part.indexOf("m");
    const code = part.slice(0, end);
    const style =
      code === "1"
        ? "font-weight:bold"
        : `color:${code === "2" ? "#8b919c" : (colours[code] ?? "inherit")}`;
    return `<span style="${style}">${part.slice(end + 1)}</span>`;
  });
  return first + spans.join("");
}
