import { variablesLimit, type LambdaFunction } from "@arclet/manifest";
import { DeployError } from "../errors.ts";
import { locationText } from "../location-text.ts";
import type { Statement } from "./permissions.ts";
import { estimatedText } from "../template/estimated-text.ts";
import { type SynthesisContext } from "./synthesis-context.ts";
import { environmentParameterId } from "../template/logical-ids.ts";
import type { TemplateValue } from "../template/template.ts";

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const policyLimit = 10_240;

/**
 * Refuses sizes that Lambda and IAM would refuse during the deploy. Physical names are not known yet and
 * estimated rather too short, so a template that passes may still be refused.
 *
 * @throws DeployError `ERR_TEMPLATE_LIMIT`
 */
export function checkFunctionLimits(
  { options, template }: SynthesisContext,
  declared: LambdaFunction,
  variables: { readonly [name: string]: TemplateValue },
  statements: readonly Statement[],
): void {
  const estimation = {
    stackName: options.stackName,
    resources: template.resources,
    parameters: new Map(
      options.environment.map(({ name, bytes }) => [environmentParameterId(name), bytes]),
    ),
  };
  const textOf = (value: TemplateValue): string => estimatedText(value, estimation);
  const texts = Object.entries(variables).map(([name, value]) => [name, textOf(value)]);
  const variableBytes = Buffer.byteLength(JSON.stringify(Object.fromEntries(texts)));
  if (variableBytes > variablesLimit)
    throw tooMuch(declared, "environment variables have", variableBytes, variablesLimit);
  const policy = statements.map((statement) => ({
    ...statement,
    Resource: statement.Resource.map(textOf),
  }));
  const policyBytes = JSON.stringify(policy).length;
  if (policyBytes > policyLimit)
    throw tooMuch(declared, "permissions have", policyBytes, policyLimit);
}

function tooMuch(declared: LambdaFunction, what: string, size: number, limit: number): DeployError {
  return new DeployError(
    "ERR_TEMPLATE_LIMIT",
    `The function ${declared.id}${locationText(declared.origin)} is too large: its ${what} ${size} characters, and AWS allows ${limit}`,
    {
      hints: [
        "List what it uses under @access in its config.arc, because by default it gets the names of all tables, topics and queues.",
        "Remove variables with `arclet env --remove NAME`, or keep long ones in a table or in S3.",
      ],
    },
  );
}
