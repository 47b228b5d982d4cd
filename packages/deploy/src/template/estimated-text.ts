import type { TemplateResource, TemplateValue } from "./template.ts";

interface Estimation {
  readonly stackName: string;
  readonly resources: { readonly [logicalId: string]: TemplateResource };
  /** Length of each parameter's value, in bytes. */
  readonly parameters: ReadonlyMap<string, number>;
}

/** Longest names that CloudFormation makes up. */
const longestNames: { readonly [type: string]: number } = {
  "AWS::IAM::Role": 64,
  "AWS::SQS::Queue": 80,
};
/** Of the shortest region's name, so that an estimate is rather too short. */
const place = "us-east-1:000000000000";
const pseudoParameters: { readonly [name: string]: string } = {
  "AWS::AccountId": "000000000000",
  "AWS::Partition": "aws",
  "AWS::Region": "us-east-1",
  "AWS::URLSuffix": "amazonaws.com",
};

/** About what CloudFormation will make of a value: names as long as those it makes up, or shorter. */
export function estimatedText(value: TemplateValue, estimation: Estimation): string {
  if (typeof value !== "object") return String(value);
  if ("Ref" in value && typeof value["Ref"] === "string")
    return estimatedReference(value["Ref"], "", estimation);
  if ("Fn::GetAtt" in value) {
    const [id = "", name = ""] = value["Fn::GetAtt"] as readonly string[];
    return estimatedReference(id, name, estimation);
  }
  const text = "Fn::Sub" in value ? value["Fn::Sub"] : "";
  if (typeof text !== "string") return "";
  return text.replaceAll(/\$\{([\w:]+)(?:\.(\w+))?\}/g, (_, id: string, name?: string) =>
    estimatedReference(id, name ?? "", estimation),
  );
}

/** @param attribute Of `Fn::GetAtt`; empty for `Ref`. */
function estimatedReference(
  id: string,
  attribute: string,
  { stackName, resources, parameters }: Estimation,
): string {
  if (id === "AWS::StackName") return stackName;
  const known = pseudoParameters[id];
  if (known !== undefined) return known;
  const length = parameters.get(id);
  if (length !== undefined) return "x".repeat(length);
  const type = resources[id]?.Type ?? "";
  const name = `${stackName}-${id}-000000000000`.slice(0, longestNames[type] ?? 255);
  switch (`${type} ${attribute}`) {
    case "AWS::DynamoDB::Table ":
      return name;
    case "AWS::DynamoDB::Table Arn":
      return `arn:aws:dynamodb:${place}:table/${name}`;
    case "AWS::DynamoDB::Table StreamArn":
      return `arn:aws:dynamodb:${place}:table/${name}/stream/2000-01-01T00:00:00.000`;
    case "AWS::IAM::Role Arn":
      return `arn:aws:iam::000000000000:role/${name}`;
    case "AWS::SNS::Topic ":
      return `arn:aws:sns:${place}:${name}`;
    case "AWS::SQS::Queue ":
      return `https://sqs.us-east-1.amazonaws.com/000000000000/${name}`;
    case "AWS::SQS::Queue Arn":
      return `arn:aws:sqs:${place}:${name}`;
    default:
      return "";
  }
}
