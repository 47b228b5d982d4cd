import { jsonAnswer, type HttpAnswer } from "../../http/http-answer.ts";

/** What discovery knows: `{ tables: { cats: "app-staging-cats" }, … }`. */
export type Discovered = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** SSM `GetParametersByPath` as `@architect/functions` 3 to 8 ask it: the stack's path, everything below. */
export function answerParameters(
  discovered: Discovered,
  input: Readonly<Record<string, unknown>>,
): HttpAnswer {
  const stack = typeof input["Path"] === "string" ? input["Path"].replace(/\/$/, "") : "";
  const parameters = Object.entries(discovered).flatMap(([kind, values]) =>
    Object.entries(values).map(([name, value]) => ({
      Name: `${stack}/${kind}/${name}`,
      Type: "String",
      Value: value,
      Version: 1,
    })),
  );
  return {
    ...jsonAnswer(200, { Parameters: parameters }),
    contentType: "application/x-amz-json-1.1",
  };
}
