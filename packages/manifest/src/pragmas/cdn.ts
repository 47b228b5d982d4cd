import { headOf, linesOf } from "../syntax/ast.ts";
import type { PragmaReader } from "./pragma-context.ts";

/** Bare or `true`: a CDN stands before the app. */
export const readCdn: PragmaReader = (pragma, context) => {
  const [line] = linesOf(pragma.body);
  const value = line === undefined ? true : headOf(line).value;
  context.draft.cdn = value !== false && value !== "disable";
};
