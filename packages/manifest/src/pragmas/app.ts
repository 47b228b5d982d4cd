import { headOf, linesOf } from "../syntax/ast.ts";
import type { PragmaReader } from "./pragma-context.ts";

const namePattern = /^[A-Za-z][\w-]*$/;
const longestName = 100;
/** Parameters of the stack start with the app's name, and Parameter Store reserves these prefixes. https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html */
const reservedPattern = /^(?:aws|ssm)/i;

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
      text: "@app must be one name and nothing else",
      span: extra?.span ?? line.span,
    });
  }
  if (reservedPattern.test(name.text)) {
    context.log.error({
      code: "app-name-invalid",
      text: `"${name.text}" is not a valid name for an app: AWS reserves parameter names that begin with "aws" or "ssm"`,
      span: name.span,
    });
  }
  if (!namePattern.test(name.text) || name.text.length > longestName) {
    context.log.error({
      code: "app-name-invalid",
      text: `"${name.text}" is not a valid name for an app: begin with a letter, and use letters, digits, "-" and "_", at most ${longestName} characters`,
      span: name.span,
    });
    return;
  }
  context.draft.app = name.text;
};
