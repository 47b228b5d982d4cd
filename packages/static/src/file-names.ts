import { encodings, type ServingSettings, type StaticFile } from "./static-file.ts";

/** Files that describe a folder to people and machines, which Architect leaves out too. */
const neverServed: ReadonlySet<string> = new Set(["readme.md", "thumbs.db", "node_modules"]);

/**
 * Whether a file may be public. The one rule for what is served locally and what is uploaded: nothing
 * that begins with a dot (`.env`, `.git/config`, `.npmrc`), except `.well-known` (RFC 8615).
 *
 * @param name Relative to the folder, with `/`.
 */
export function isPublicName(name: string, { ignore }: Pick<ServingSettings, "ignore">): boolean {
  return (
    !name.includes("\\") &&
    !name.includes("\0") &&
    !ignore.some((part) => name.includes(part)) &&
    name
      .split("/")
      .every(
        (part) =>
          part !== "" &&
          (!part.startsWith(".") || part === ".well-known") &&
          !neverServed.has(part.toLowerCase()),
      )
  );
}

/** The name that the path of a request means; null: it is malformed. `path` begins with a slash. */
export function nameOfPath(path: string): string | null {
  try {
    return decodeURIComponent(path.slice(1));
  } catch {
    return null;
  }
}

/** Names to look for, best first: the file, the page of a folder, a page without its extension. */
export function candidateNames(name: string): readonly string[] {
  if (name === "" || name.endsWith("/")) return [`${name}index.html`];
  return hasExtension(name)
    ? [name, `${name}/index.html`]
    : [name, `${name}/index.html`, `${name}.html`];
}

/** Whether a path looks like a file's; any other is a page's, which a single-page app answers. */
export function hasExtension(name: string): boolean {
  return name.slice(name.lastIndexOf("/") + 1).includes(".");
}

/** Name of the file with the bytes in an encoding. */
export function variantName(name: string, encoding: StaticFile["variants"][number]): string {
  return `${name}.${encoding === "gzip" ? "gz" : encoding}`;
}

/** Encodings of which a client takes each, best first; RFC 9110, section 12.5.3. */
export function acceptedEncodings(
  header: string | undefined,
): readonly (typeof encodings)[number][] {
  const qualities = new Map(
    (header ?? "").split(",").map((part) => {
      const [coding = "", ...parameters] = part.split(";").map((text) => text.trim().toLowerCase());
      const quality = parameters.find((text) => text.startsWith("q="))?.slice(2);
      return [coding, quality === undefined ? 1 : Number(quality)];
    }),
  );
  return encodings.filter((encoding) => (qualities.get(encoding) ?? qualities.get("*") ?? 0) > 0);
}
