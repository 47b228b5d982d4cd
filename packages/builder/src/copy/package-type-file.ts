import { join } from "node:path";
import type { FolderFile } from "../build-folder.ts";
import type { ListedFile } from "./list-files.ts";
import { declaredFormat } from "../module-format.ts";

/**
 * A `package.json` with the module type, for modules copied from a project whose own `package.json` is not
 * shipped.
 */
export async function packageTypeFile(
  copied: readonly ListedFile[],
  handlerFile: string,
): Promise<readonly FolderFile[]> {
  const hasScripts = copied.some(({ name }) => name.endsWith(".js"));
  const hasPackage = copied.some(({ name }) => name === "package.json");
  if (!hasScripts || hasPackage) return [];
  // Of a neighbour with the extension whose meaning depends on `type`.
  const neighbour = join(handlerFile, "..", "module.js");
  if ((await declaredFormat(neighbour)) !== "esm") return [];
  const bytes = Buffer.from('{ "type": "module" }\n');
  return [{ name: "package.json", contents: { kind: "bytes", bytes } }];
}
