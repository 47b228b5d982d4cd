import { parse } from "dotenv";

/** Variables of a `.env` file's text, as the package `dotenv` reads them. */
export function parseDotenv(text: string): Record<string, string> {
  return parse(text);
}
