// Finds the browser of the end-to-end tests; on Debian installs it.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import process from "node:process";

const places = [
  process.env.CHROMIUM_PATH,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** Path of Chromium or Chrome; null when there is none. */
export function findChromium() {
  return places.find((place) => place && existsSync(place)) ?? null;
}

/** Installs Debian's chromium when there is no browser and this user may do it. */
export function ensureChromium() {
  if (findChromium() !== null || !existsSync("/usr/bin/apt-get")) return findChromium();
  console.log("Installing Chromium for the browser tests …");
  const elevate = process.getuid?.() === 0 ? [] : ["sudo", "-n"];
  for (const step of [
    ["apt-get", "update", "-qq"],
    ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"],
  ]) {
    const [command, ...args] = [...elevate, ...step];
    spawnSync(command, args, {
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
  }
  return findChromium();
}
