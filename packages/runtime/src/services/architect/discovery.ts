import { jsonAnswer, type HttpAnswer } from "../../http/http-answer.ts";

/** Discoverable values: `{ tables: { cats: "app-staging-cats" }, … }`. */
export type Discovered = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface ParameterRequest {
  /** `x-amz-target`: `AmazonSSM.GetParameter` or `AmazonSSM.GetParametersByPath`. */
  readonly target: string;
  readonly input: Readonly<Record<string, unknown>>;
}

interface Parameter {
  readonly Name: string;
  readonly Type: "String";
  readonly Value: string;
  readonly Version: 1;
  readonly ARN: string;
}

/**
 * The two SSM requests with which Architect's helpers discover an app's resources, below its stack's
 * name, `/TestappTesting/tables/cats`. Another stack's parameters are not found.
 */
export function answerParameters(
  app: string,
  discovered: Discovered,
  { target, input }: ParameterRequest,
): HttpAnswer {
  switch (target) {
    case "AmazonSSM.GetParameter":
      return oneParameter(app, discovered, input["Name"]);
    // Helpers of before 2020 sign requests of version 2 of the SDK, which name the target as well.
    case "AmazonSSM.GetParametersByPath":
      return parametersBelow(app, discovered, input["Path"]);
    default:
      return failure(
        "InternalServerError",
        `${target || "a request without x-amz-target"} is not supported: use GetParameter or GetParametersByPath`,
      );
  }
}

function oneParameter(app: string, discovered: Discovered, name: unknown): HttpAnswer {
  if (typeof name !== "string" || name === "")
    return failure("ValidationException", "Name is missing");
  if (name.endsWith("/")) return failure("ValidationException", "Name must not end in /");
  const [stack = "", kind = "", ...rest] = partsOf(name);
  const value = discovered[kind]?.[rest.join("/")];
  if (!isStackOf(app, stack) || value === undefined) return failure("ParameterNotFound", null);
  return answer(200, { Parameter: parameter(stack, kind, rest.join("/"), value) });
}

function parametersBelow(app: string, discovered: Discovered, path: unknown): HttpAnswer {
  if (typeof path !== "string" || path === "")
    return failure("ValidationException", "Path is missing");
  const [stack = "", kind, ...rest] = partsOf(path);
  const isKnown = isStackOf(app, stack) && rest.length === 0;
  const kinds = kind === undefined ? Object.keys(discovered) : [kind];
  const found = kinds.flatMap((one) =>
    Object.entries(discovered[one] ?? {}).map(([name, value]) =>
      parameter(stack, one, name, value),
    ),
  );
  return answer(200, { Parameters: isKnown ? found : [] });
}

function parameter(stack: string, kind: string, name: string, value: string): Parameter {
  const path = `/${stack}/${kind}/${name}`;
  return {
    Name: path,
    Type: "String",
    Value: value,
    Version: 1,
    ARN: `arn:aws:ssm:us-west-2:123456789012:parameter${path}`,
  };
}

const stages = ["testing", "staging", "production"] as const;

/** A helper outside a function does not know the app's name, and uses `arc-app`. */
function isStackOf(app: string, stack: string): boolean {
  return [app, "arc-app"].some((name) =>
    stages.some((stage) => stack === pascal(name) + pascal(stage)),
  );
}

/** `my-app` → `MyApp`, as Architect names stacks. */
function pascal(text: string): string {
  return text
    .replaceAll(/([A-Z])/g, " $1")
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase())
    .join("");
}

function partsOf(path: string): readonly string[] {
  return path.split("/").filter((part) => part !== "");
}

function failure(type: string, message: string | null): HttpAnswer {
  return answer(400, { __type: type, message });
}

function answer(status: number, body: object): HttpAnswer {
  return { ...jsonAnswer(status, body), contentType: "application/x-amz-json-1.1" };
}
