import type { AwsClients } from "../aws/aws-clients.ts";
import { DeployError } from "../errors.ts";
import { locationText } from "../location-text.ts";
import type { StackResource } from "../stack/stack-state.ts";
import { canonicalValue } from "../template/canonical-value.ts";
import type { ResourceOrigin, Template } from "../template/template.ts";

/**
 * Refuses to turn a table's TTL on or off while the last change is in progress: DynamoDB allows one change per
 * hour (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTimeToLive.html).
 * @throws DeployError `ERR_UPDATE_REFUSED`
 */
export async function requireSettledTimeToLive(
  clients: AwsClients,
  before: Template,
  after: Template,
  resources: ReadonlyMap<string, StackResource>,
  origins: ReadonlyMap<string, ResourceOrigin>,
): Promise<void> {
  for (const [id, { Type: type }] of Object.entries(after.Resources)) {
    const name = resources.get(id)?.physicalId;
    if (type !== "AWS::DynamoDB::Table" || name === undefined) continue;
    if (timeToLiveOf(before, id) === timeToLiveOf(after, id)) continue;
    const [{ DescribeTimeToLiveCommand }, client] = await Promise.all([
      import("@aws-sdk/client-dynamodb"),
      clients.dynamoDb(),
    ]);
    const { TimeToLiveDescription: { TimeToLiveStatus: status } = {} } = await client.send(
      new DescribeTimeToLiveCommand({ TableName: name }),
    );
    if (status !== "ENABLING" && status !== "DISABLING") continue;
    const origin = origins.get(id);
    const what = origin === undefined ? id : `${origin.label}${locationText(origin.location)}`;
    throw new DeployError(
      "ERR_UPDATE_REFUSED",
      `AWS would refuse the update halfway: the time to live of ${what} is still ${status}`,
      { hints: ["DynamoDB allows one TTL change per hour: deploy again later."] },
    );
  }
}

function timeToLiveOf({ Resources: resources }: Template, id: string): string {
  const specification = resources[id]?.Properties?.["TimeToLiveSpecification"];
  return specification === undefined ? "" : JSON.stringify(canonicalValue(specification));
}
