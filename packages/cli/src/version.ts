import { readFileSync } from "node:fs";
import { packageFolder } from "./package-folder.ts";

/** Version of this package, which all packages of Arclet share. */
export function arcletVersion(): string {
  const manifest: unknown = JSON.parse(
    readFileSync(new URL("package.json", packageFolder), "utf8"),
  );
  if (manifest === null || typeof manifest !== "object") throw new Error("package.json is damaged");
  if (!("version" in manifest) || typeof manifest.version !== "string") {
    throw new Error("package.json has no version");
  }
  return manifest.version;
}
