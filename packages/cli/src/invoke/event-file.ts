import { readFile } from "node:fs/promises";
import { parse, printParseErrorCode, type ParseError } from "jsonc-parser";
import { CliError } from "../errors.ts";
import { folderError } from "../project/project-folder.ts";

/**
 * Reads an event file as JSON text. Comments and trailing commas are allowed and removed.
 * @throws CliError with file, line and column of invalid JSON.
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
      hints: ["The file given to --event must hold the event as one JSON value."],
    });
  }
  return JSON.stringify(event);
}
