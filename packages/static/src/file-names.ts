import { encodings, type ServingSettings, type StaticFile } from "./static-file.ts";

/** Files that describe a folder, which Architect also excludes. */
const neverServed: ReadonlySet<string> = new Set(["readme.md", "thumbs.db", "node_modules"]);

/**
 * Whether a file may be public, both for serving locally and for uploads. Excludes names that begin with a dot
 * (`.env`, `.git/config`, `.npmrc`), except `.well-known` (RFC 8615).
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

/** The file name for a request path; null if malformed. `path` begins with a slash. */
export function nameOfPath(path: string): string | null {
  try {
    return decodeURIComponent(path.slice(1));
  } catch {
    return null;
  }
}

/** Candidate names, preferred first: the file, a folder's index page, a page without its extension. */
export function candidateNames(name: string): readonly string[] {
  if (name === "" || name.endsWith("/")) return [`${name}index.html`];
  return hasExtension(name)
    ? [name, `${name}/index.html`]
    : [name, `${name}/index.html`, `${name}.html`];
}

/** Whether a path looks like a file. Other paths are pages, which a single-page app handles. */
export function hasExtension(name: string): boolean {
  return name.slice(name.lastIndexOf("/") + 1).includes(".");
}

/** Name of a file's encoded variant. */
export function variantName(name: string, encoding: StaticFile["variants"][number]): string {
  return `${name}.${encoding === "gzip" ? "gz" : encoding}`;
}

/** Encodings that a client accepts, preferred first; RFC 9110, section 12.5.3. */
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
