import { headOf, linesOf } from "../syntax/ast.ts";
import type { PragmaReader } from "./pragma-context.ts";
import { readEntry } from "./settings.ts";

/** Reads functions without an event source, which plugins add by `set.customLambdas`. */
export const readCustomLambdas: PragmaReader = (pragma, context) => {
  for (const line of linesOf(pragma.body)) {
    const name = headOf(line).text;
    const src = readEntry(line, context, "a custom function", {});
    context.addFunction({
      pragma: "customLambdas",
      name,
      src,
      folders: [name],
      span: line.span,
    });
  }
};
