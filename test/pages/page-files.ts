import { readFileSync } from "node:fs";
import { join } from "node:path";

const docs = join(import.meta.dirname, "../../docs");

export function textOfPage(page: string): string {
  return readFileSync(join(docs, page), "utf8");
}

/**
 * Files that a page's blocks of code hold, by path: a block begins with its file's name in a comment, or
 * follows "Save this as `name`". Later ones win.
 */
export function filesOfPage(page: string): Readonly<Record<string, string>> {
  return filesOf(textOfPage(page));
}

/** The page up to and with each of its `## ` sections: what somebody has who has followed it so far. */
export function stepsOfPage(
  page: string,
): readonly { readonly title: string; readonly files: Readonly<Record<string, string>> }[] {
  const parts = textOfPage(page).split(/^(?=## )/m);
  return parts.flatMap((part, index) => {
    const title = /^## (.+)$/m.exec(part)?.[1];
    return title === undefined || Object.keys(filesOf(part)).length === 0
      ? []
      : [{ title, files: filesOf(parts.slice(0, index + 1).join("")) }];
  });
}

function filesOf(markdown: string): Readonly<Record<string, string>> {
  const named = /^```\w+\n(?:\/\/|#|<!--) ([\w./@-]+\.\w+|\.env)(?: -->)?\n([\s\S]*?)^```$/gm;
  const saved = /^Save this as `([\w./-]+)`.*\n\n```\w+\n([\s\S]*?)^```$/gm;
  const blocks = [...markdown.matchAll(named), ...markdown.matchAll(saved)];
  return Object.fromEntries(blocks.map(([, path = "", content = ""]) => [path, content]));
}
