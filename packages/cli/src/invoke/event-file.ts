import { readFile } from "node:fs/promises";
import { parse, printParseErrorCode, type ParseError } from "jsonc-parser";
import { CliError } from "../errors.ts";
import { folderError } from "../project/project-folder.ts";

/**
 * The event a file holds, as JSON text. Comments and trailing commas are for its writer only.
 * @throws CliError that names file, line and column of what is no JSON.
 */
export async function readEventFile(path: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw folderError(path, error);
  }
  const errors: ParseError[] = [];
  const event: unknown = parse(text.replace(/^\uFEFF/, " "), errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error !== undefined) {
    const before = text.slice(0, error.offset).split("\n");
    const place = `${path}:${before.length}:${(before.at(-1) ?? "").length + 1}`;
    // `ValueExpected` → `value expected`
    const words = printParseErrorCode(error.error)
      .replaceAll(/\B[A-Z]/g, " $&")
      .toLowerCase();
    throw new CliError("ERR_USAGE", `${place}: ${words}`, {
      hints: ["The file of --event holds one JSON value, the event"],
    });
  }
  return JSON.stringify(event);
}
