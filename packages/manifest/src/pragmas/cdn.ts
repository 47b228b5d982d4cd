import { headOf, linesOf } from "../syntax/ast.ts";
import type { PragmaReader } from "./pragma-context.ts";

/** `@cdn` alone or `true` puts CloudFront in front of the app. */
export const readCdn: PragmaReader = (pragma, context) => {
  const [line] = linesOf(pragma.body);
  if (line === undefined) {
    context.draft.cdn = true;
    return;
  }
  const { value, span } = headOf(line);
  context.draft.cdn = value !== false && value !== "disable";
  if (value === true || value === false || value === "disable") return;
  context.log.error({ code: "cdn-invalid", text: "@cdn must be true or false", span });
};
