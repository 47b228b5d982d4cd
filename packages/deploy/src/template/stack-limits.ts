import { DeployError } from "../errors.ts";
import { canonicalText } from "./canonical-value.ts";
import { joinTemplates, type StackTemplates } from "./join-templates.ts";
import type { Template } from "./template.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
export const resourceLimit = 500;
export const parameterLimit = 200;
const outputLimit = 200;
/** Of a template that CloudFormation takes from S3: "may not exceed 1000000 bytes in size". */
export const storedTemplateBytes = 1_000_000;
/** Resources that one operation of a stack with nested stacks may create, change or delete. */
const operationLimit = 2500;

export const limitAdvice =
  "Split the app in two, or let one route answer for several: `any /cats/*` for everything below /cats.";

/**
 * Refuses templates that CloudFormation would refuse for their size.
 * @throws DeployError `ERR_TEMPLATE_LIMIT`
 */
export function checkStackLimits(templates: StackTemplates): void {
  const { root, nested } = templates;
  checkTemplate(root, "The app", nested.size === 0 ? [] : routesAdvice(root));
  for (const [id, template] of nested) checkTemplate(template, `The nested stack ${id}`, []);
  const total = count(joinTemplates(templates));
  if (nested.size > 0 && total > operationLimit)
    throw tooMuch(`The app needs ${total} resources`, `${operationLimit} per deploy`, []);
}

function checkTemplate(template: Template, what: string, hints: readonly string[]): void {
  const resources = count(template);
  if (resources > resourceLimit)
    throw tooMuch(`${what} needs ${resources} resources`, `${resourceLimit} per stack`, hints);
  const parameters = Object.keys(template.Parameters ?? {}).length;
  if (parameters > parameterLimit)
    throw tooMuch(`${what} needs ${parameters} parameters`, `${parameterLimit} per stack`, [
      "List what each function uses under @access in its config.arc: each table, topic, queue and variable is a parameter.",
    ]);
  const outputs = Object.keys(template.Outputs).length;
  if (outputs > outputLimit)
    throw tooMuch(`${what} needs ${outputs} outputs`, `${outputLimit} per stack`, []);
  const bytes = Buffer.byteLength(JSON.stringify(template));
  if (bytes > storedTemplateBytes)
    throw tooMuch(`${what} needs a template of ${bytes} bytes`, "1 MB", []);
}

/** An API that was deployed with a resource for each route keeps them. */
function routesAdvice({ Resources: resources }: Template): readonly string[] {
  const hasRoutes = Object.values(resources).some(
    ({ Type: type, Properties: properties }) =>
      type === "AWS::ApiGatewayV2::Route" &&
      canonicalText(properties?.["RouteKey"])?.includes(" /") === true,
  );
  return hasRoutes
    ? [
        "The HTTP API of this stack was deployed with two resources for each function, which cannot be changed. A new stack holds 300 HTTP functions: arclet deploy --name NAME",
      ]
    : [];
}

function count({ Resources: resources }: Template): number {
  return Object.keys(resources).length;
}

function tooMuch(what: string, limit: string, hints: readonly string[]): DeployError {
  return new DeployError("ERR_TEMPLATE_LIMIT", `${what}, and CloudFormation allows ${limit}`, {
    hints: [...hints, limitAdvice],
  });
}
