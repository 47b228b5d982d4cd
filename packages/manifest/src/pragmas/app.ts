import { headOf, linesOf } from "../syntax/ast.ts";
import type { PragmaReader } from "./pragma-context.ts";

const namePattern = /^[A-Za-z][\w-]*$/;
const longestName = 100;

export const readApp: PragmaReader = (pragma, context) => {
  const [line, extra] = linesOf(pragma.body);
  if (line === undefined) {
    context.log.error({
      code: "app-name-invalid",
      text: "@app needs a name on the next line",
      span: pragma.span,
    });
    return;
  }
  const name = headOf(line);
  if (extra !== undefined || line.values.length > 1 || line.children.length > 0) {
    context.log.error({
      code: "app-name-invalid",
      text: "@app has one name and nothing else",
      span: extra?.span ?? line.span,
    });
  }
  if (!namePattern.test(name.text) || name.text.length > longestName) {
    context.log.error({
      code: "app-name-invalid",
      text: `"${name.text}" is no name for an app: it begins with a letter, has letters, digits, "-" and "_", and at most ${longestName} characters`,
      span: name.span,
    });
    return;
  }
  context.draft.app = name.text;
};
