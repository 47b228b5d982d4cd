import { parseArc, type ParseResult } from "../syntax/arc-parser.ts";

/** Parses a file as the end of its name says: JSON, YAML, or `.arc`. The parsers of the first two are loaded only for them. */
export async function parseByName(file: string, text: string): Promise<ParseResult> {
  if (file.endsWith(".json")) {
    const { parseJson } = await import("../syntax/json.ts");
    const parsed = parseJson(text, { file });
    if (parsed !== null) return parsed;
  }
  if (/\.ya?ml$/.test(file)) return (await import("../syntax/yaml.ts")).parseYaml(text, { file });
  return parseArc(text, { file });
}
