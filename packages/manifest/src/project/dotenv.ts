const linePattern =
  /^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*=[ \t]*(?:"((?:\\.|[^"\\])*)"|'([^']*)'|`([^`]*)`|([^\r\n]*))/gm;

/** Reads the text of a `.env` file: quotes, `export`, comments, line breaks in quotes. */
export function parseDotenv(text: string): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const [, name = "", double, single, back, bare] of text.matchAll(linePattern)) {
    if (double !== undefined) variables[name] = unescape(double);
    else variables[name] = single ?? back ?? (bare ?? "").replace(/(?:^|\s)#.*$/, "").trim();
  }
  return variables;
}

function unescape(text: string): string {
  return text.replaceAll(/\\([\s\S])/g, (_, character: string) =>
    character === "n" ? "\n" : character === "r" ? "\r" : character === "t" ? "\t" : character,
  );
}
