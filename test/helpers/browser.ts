import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type BrowserContext, type Page } from "playwright-core";
import { findChromium } from "../../scripts/chromium.mjs";

export interface TestBrowser {
  readonly context: BrowserContext;
  close(): Promise<void>;
}

/** A real, headless Chromium with an empty profile, which talks to nobody but the test's server. */
export async function launchBrowser(): Promise<TestBrowser> {
  const executablePath = findChromium();
  if (executablePath === null) {
    throw new Error("No Chromium found: install it, or name it in CHROMIUM_PATH.");
  }
  const profile = await mkdtemp(join(tmpdir(), "arclet-browser-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  return {
    context,
    async close() {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

/** Keeps how a page looks, where the environment names a folder for it: for a person to look at. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env["ARCLET_SCREENSHOTS"];
  if (folder === undefined) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: `${folder}/${name}.png`, animations: "disabled" });
}
