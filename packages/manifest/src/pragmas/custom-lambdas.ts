import { headOf, linesOf } from "../syntax/ast.ts";
import type { PragmaReader } from "./pragma-context.ts";
import { readEntry } from "./settings.ts";

/** Functions without a source of events: what `set.customLambdas` of plugins gives. */
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
