import { sub, type TemplateResource, type TemplateValue } from "./template.ts";

/** That an API may invoke a function. `path`: of its stages, methods and routes, or `authorizers/…`. */
export function apiPermission(
  functionName: TemplateValue,
  apiId: string,
  path: string,
): TemplateResource {
  return {
    Type: "AWS::Lambda::Permission",
    Properties: {
      Action: "lambda:InvokeFunction",
      FunctionName: functionName,
      Principal: "apigateway.amazonaws.com",
      SourceArn: sub(
        `arn:\${AWS::Partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${${apiId}}/${path}`,
      ),
    },
  };
}
