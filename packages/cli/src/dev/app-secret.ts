import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { systemErrorCode } from "@arclet/manifest";

/** Returns the secret that seals sessions and tickets in development. It is kept, so that a restart logs nobody out. */
export async function developmentSecret(root: string): Promise<string> {
  const folder = join(root, ".arclet");
  const file = join(folder, "app-secret");
  try {
    return (await readFile(file, "utf8")).trim();
  } catch (error) {
    if (systemErrorCode(error) !== "ENOENT") throw error;
  }
  const secret = randomBytes(32).toString("base64url");
  await mkdir(folder, { recursive: true });
  try {
    await writeFile(file, `${secret}\n`, { mode: 0o600, flag: "wx" });
    return secret;
  } catch (error) {
    // Another process has written it in the meantime.
    if (systemErrorCode(error) === "EEXIST") return (await readFile(file, "utf8")).trim();
    throw error;
  }
}
