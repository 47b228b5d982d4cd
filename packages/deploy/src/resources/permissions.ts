import type { LambdaFunction } from "@arclet/manifest";
import {
  queueLogicalId,
  tableLogicalId,
  topicLogicalId,
  webSocketApiId,
  type SynthesisContext,
} from "../template/synthesis-context.ts";
import { attribute, ref, sub, type TemplateValue } from "../template/template.ts";

/** A statement of an IAM policy. */
export interface Statement {
  readonly [key: string]: TemplateValue;
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: readonly TemplateValue[];
}

/** Item-level actions: none makes, changes or drops a table. */
const tableActions = [
  "dynamodb:BatchGetItem",
  "dynamodb:BatchWriteItem",
  "dynamodb:ConditionCheckItem",
  "dynamodb:DeleteItem",
  "dynamodb:DescribeTable",
  "dynamodb:GetItem",
  "dynamodb:PutItem",
  "dynamodb:Query",
  "dynamodb:Scan",
  "dynamodb:UpdateItem",
];

/** All that one function may do: every resource by its ARN, no wildcard beyond the app's own. */
export function functionStatements(
  { manifest, options }: SynthesisContext,
  declared: LambdaFunction,
  logGroupId: string,
): readonly Statement[] {
  const statements: Statement[] = [
    allow(["logs:CreateLogStream", "logs:PutLogEvents"], [attribute(logGroupId, "Arn")]),
    // Discovery, as @architect/functions does it.
    allow(
      ["ssm:GetParameter", "ssm:GetParametersByPath"],
      [
        sub(
          "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/${AWS::StackName}",
        ),
        sub(
          "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/${AWS::StackName}/*",
        ),
      ],
    ),
  ];
  if (manifest.ws !== null) {
    statements.push(
      allow(
        ["execute-api:ManageConnections"],
        [
          sub(
            `arn:\${AWS::Partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${${webSocketApiId}}/${options.stage}/*/@connections/*`,
          ),
        ],
      ),
    );
  }
  if (manifest.tables.length > 0) {
    const arns = manifest.tables.flatMap(({ name, indexes }) => {
      const id = tableLogicalId(name);
      return indexes.length > 0
        ? [attribute(id, "Arn"), sub(`\${${id}.Arn}/index/*`)]
        : [attribute(id, "Arn")];
    });
    statements.push(allow(tableActions, arns));
  }
  const keys = manifest.tables.flatMap(({ encrypt }) =>
    typeof encrypt === "string" && encrypt.startsWith("arn:") ? [encrypt] : [],
  );
  if (keys.length > 0) statements.push(allow(["kms:Decrypt", "kms:GenerateDataKey"], keys));
  if (manifest.events.length > 0)
    statements.push(
      allow(
        ["sns:Publish"],
        manifest.events.map(({ name }) => ref(topicLogicalId(name))),
      ),
    );
  if (manifest.queues.length > 0)
    statements.push(
      allow(
        ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"],
        manifest.queues.map(({ name }) => attribute(queueLogicalId(name), "Arn")),
      ),
    );
  const consumed = manifest.queues.filter(({ functionId }) => functionId === declared.id);
  if (consumed.length > 0)
    statements.push(
      allow(
        ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:ReceiveMessage"],
        consumed.map(({ name }) => attribute(queueLogicalId(name), "Arn")),
      ),
    );
  const streams = manifest.tableStreams.filter(({ functionId }) => functionId === declared.id);
  if (streams.length > 0)
    statements.push(
      allow(
        ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
        streams.map(({ table }) => attribute(tableLogicalId(table), "StreamArn")),
      ),
      // ListStreams knows no resource (service authorization reference of DynamoDB).
      allow(["dynamodb:ListStreams"], ["*"]),
    );
  return statements;
}

function allow(actions: readonly string[], resources: readonly TemplateValue[]): Statement {
  return { Effect: "Allow", Action: actions, Resource: resources };
}
