import { filesOfPage } from "./page-files.ts";

interface Policy {
  readonly Statement: readonly {
    readonly Effect: string;
    readonly Action: string | readonly string[];
    readonly Resource: string | readonly string[];
  }[];
}

const files = filesOfPage("recipes/ci.md");
/** Who may take the role of the recipe for CI. */
export const trust: unknown = JSON.parse(files["trust.json"] ?? "");
/** What that role may do. */
export const permissions = JSON.parse(files["permissions.json"] ?? "") as Policy;

/** Which of these actions the role may not do on any resource. */
export function refused(actions: Iterable<string>): readonly string[] {
  const allowed = permissions.Statement.flatMap(({ Action }) => Action).map(
    (pattern) => new RegExp(`^${pattern.replaceAll("*", ".*")}$`, "i"),
  );
  return [...actions].filter((action) => !allowed.some((pattern) => pattern.test(action)));
}
