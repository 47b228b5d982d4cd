import type { Template, TemplateValue } from "@arclet/deploy";

/** One call to AWS, as its authorization sees it. */
export interface Call {
  readonly action: string;
  /** ARN of what the action is for; `*` for actions that know no resource. */
  readonly resource: string;
  /** Condition keys of the request; several values where a key has several. */
  readonly context?: { readonly [key: string]: readonly string[] };
}

type Values = { readonly [name: string]: TemplateValue };

/**
 * Whether a role of a template allows a call, by IAM's documented rules: nothing is allowed unless a
 * statement allows it, an explicit denial wins, a statement counts when action, resource and all of its
 * conditions match
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html).
 * An element that this evaluator does not know throws.
 */
export function isAllowed(template: Template, roleId: string, call: Call): boolean {
  const role = template.Resources[roleId];
  if (role?.Type !== "AWS::IAM::Role") throw new Error(`${roleId} is not a role`);
  const statements = list(role.Properties?.["Policies"]).flatMap((policy) =>
    list(((policy as Values)["PolicyDocument"] as Values)["Statement"]),
  ) as readonly Values[];
  const matching = statements.filter((statement) => matches(template, statement, call));
  if (matching.some(({ Effect }) => Effect === "Deny")) return false;
  return matching.some(({ Effect }) => Effect === "Allow");
}

function matches(template: Template, statement: Values, call: Call): boolean {
  const { Effect, Action, Resource, Condition, Sid: _sid, ...unknown } = statement;
  if (Object.keys(unknown).length > 0 || (Effect !== "Allow" && Effect !== "Deny"))
    throw new Error(`unknown statement ${JSON.stringify(statement)}`);
  return (
    // Actions are compared without regard to case, ARNs with it.
    list(Action).some((pattern) =>
      isLike(call.action.toLowerCase(), resolved(template, pattern).toLowerCase()),
    ) &&
    list(Resource).some((value) => isArnLike(call.resource, resolved(template, value))) &&
    Object.entries((Condition ?? {}) as Values).every(([operator, tests]) =>
      Object.entries(tests as Values).every(([key, values]) =>
        holds(
          operator,
          call.context?.[key],
          list(values).map((value) => resolved(template, value)),
        ),
      ),
    )
  );
}

function holds(
  operator: string,
  given: readonly string[] | undefined,
  wanted: readonly string[],
): boolean {
  const tests: { readonly [operator: string]: (value: string, pattern: string) => boolean } = {
    StringEquals: (value, pattern) => value === pattern,
    StringLike: isLike,
  };
  const [, quantifier, name = ""] = /^(?:(ForAnyValue|ForAllValues):)?(\w+)$/.exec(operator) ?? [];
  const test = tests[name];
  if (test === undefined || quantifier === "ForAllValues")
    throw new Error(`unknown operator ${operator}`);
  if (quantifier === undefined && (given?.length ?? 0) > 1)
    throw new Error(`${operator} takes one value, and the request has several`);
  return (given ?? []).some((value) => wanted.some((pattern) => test(value, pattern)));
}

/** `*` is any text, `?` any character. */
function isLike(value: string, pattern: string): boolean {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "s").test(value);
}

/** Wildcards do not reach over the first five colons of an ARN. */
function isArnLike(value: string, pattern: string): boolean {
  if (pattern === "*") return true;
  const parts = (arn: string): readonly string[] => {
    const [scheme = "", partition = "", service = "", region = "", account = "", ...rest] =
      arn.split(":");
    return [scheme, partition, service, region, account, rest.join(":")];
  };
  const patterns = parts(pattern);
  return parts(value).every((part, index) => isLike(part, patterns[index] ?? ""));
}

const pseudo: { readonly [name: string]: string } = {
  "AWS::AccountId": "123456789012",
  "AWS::Partition": "aws",
  "AWS::Region": "us-east-1",
  "AWS::StackName": "AllStaging",
  "AWS::URLSuffix": "amazonaws.com",
};

/** The text that CloudFormation makes of a value; names that it makes up are the logical ids. */
export function resolved(template: Template, value: TemplateValue): string {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || Array.isArray(value))
    throw new Error(`not a text: ${JSON.stringify(value)}`);
  const [[name, argument] = []] = Object.entries(value as Values);
  if (name === "Ref" && typeof argument === "string") return referenced(template, argument, null);
  if (name === "Fn::GetAtt") {
    const [id, attribute] = argument as readonly string[];
    return referenced(template, id ?? "", attribute ?? "");
  }
  if (name === "Fn::Sub" && typeof argument === "string")
    return argument.replaceAll(/\$\{([\w:]+)(?:\.(\w+))?\}/g, (_, id: string, attribute?: string) =>
      referenced(template, id, attribute ?? null),
    );
  throw new Error(`unknown value ${JSON.stringify(value)}`);
}

/** @param attribute null for `Ref` */
function referenced(template: Template, id: string, attribute: string | null): string {
  const known = pseudo[id];
  if (known !== undefined) return known;
  const resource = template.Resources[id];
  if (resource === undefined) throw new Error(`there is no ${id}`);
  const place = "us-east-1:123456789012";
  const properties = resource.Properties ?? {};
  switch (`${resource.Type} ${attribute ?? "Ref"}`) {
    case "AWS::DynamoDB::Table Arn":
      return `arn:aws:dynamodb:${place}:table/${id}`;
    case "AWS::DynamoDB::Table StreamArn":
      return `arn:aws:dynamodb:${place}:table/${id}/stream/2026-01-01T00:00:00.000`;
    case "AWS::SQS::Queue Arn":
      return `arn:aws:sqs:${place}:${id}`;
    case "AWS::SNS::Topic Ref":
      return `arn:aws:sns:${place}:${id}`;
    case "AWS::Logs::LogGroup Arn":
      return `arn:aws:logs:${place}:log-group:${resolved(template, properties["LogGroupName"] ?? "")}:*`;
    case "AWS::S3::Bucket Arn":
      return `arn:aws:s3:::${id.toLowerCase()}`;
    case "AWS::Lambda::Function Arn":
      return `arn:aws:lambda:${place}:function:${id}`;
    case "AWS::Lambda::Alias Ref":
      return `arn:aws:lambda:${place}:function:${resolved(template, properties["FunctionName"] ?? "")}:live`;
    case "AWS::Lambda::Function Ref":
    case "AWS::ApiGatewayV2::Api Ref":
      return id;
    default:
      throw new Error(`unknown reference ${resource.Type} ${attribute ?? "Ref"}`);
  }
}

function list(value: TemplateValue | undefined): readonly TemplateValue[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly TemplateValue[]) : [value];
}
