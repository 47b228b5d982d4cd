import { describe, expect, test } from "vitest";
import { item, keys, plain, startDynamo, things, type Dynamo, type Output } from "./dynamo.ts";

const TableName = "plain";
const throughput = { ReadCapacityUnits: 5, WriteCapacityUnits: 5 };
const { BillingMode: onDemand, ...unbilled } = plain;
const provisioned = { ...unbilled, ProvisionedThroughput: throughput };

async function created(input: object = plain): Promise<Dynamo> {
  const dynamo = await startDynamo();
  await dynamo.call("CreateTable", input);
  return dynamo;
}

async function described({ call }: Dynamo, name = TableName): Promise<Output> {
  return (await call("DescribeTable", { TableName: name }))["Table"];
}

describe("CreateTable", () => {
  test("describes the new table", async () => {
    const { call } = await startDynamo();
    const { TableDescription } = await call("CreateTable", {
      ...things,
      DeletionProtectionEnabled: true,
      TableClass: "STANDARD_INFREQUENT_ACCESS",
      OnDemandThroughput: { MaxReadRequestUnits: 10, MaxWriteRequestUnits: 5 },
      SSESpecification: { Enabled: true },
    });
    expect(TableDescription).toMatchObject({
      TableStatus: "CREATING",
      TableArn: "arn:aws:dynamodb:us-west-2:123456789012:table/things",
      GlobalSecondaryIndexes: [{ IndexStatus: "CREATING" }, { IndexStatus: "CREATING" }],
    });
    const { Table } = await call("DescribeTable", { TableName: "things" });
    expect(Table).toMatchObject({
      TableStatus: "ACTIVE",
      TableId: TableDescription.TableId,
      CreationDateTime: TableDescription.CreationDateTime,
      KeySchema: things.KeySchema,
      AttributeDefinitions: things.AttributeDefinitions,
      BillingModeSummary: { BillingMode: "PAY_PER_REQUEST" },
      ItemCount: 0,
      DeletionProtectionEnabled: true,
      TableClassSummary: { TableClass: "STANDARD_INFREQUENT_ACCESS" },
      OnDemandThroughput: { MaxReadRequestUnits: 10, MaxWriteRequestUnits: 5 },
      SSEDescription: {
        Status: "ENABLED",
        SSEType: "KMS",
        KMSMasterKeyArn: expect.stringMatching(/^arn:aws:kms:/),
      },
      LocalSecondaryIndexes: [{ IndexName: "byA" }, { IndexName: "byB" }],
      GlobalSecondaryIndexes: [
        { IndexName: "allOfA", IndexStatus: "ACTIVE", Projection: { ProjectionType: "ALL" } },
        { IndexName: "someOfA", KeySchema: keys("a", "b") },
      ],
    });
    expect(Table.StreamSpecification).toBeUndefined();
  });

  const invalid = "One or more parameter values were invalid: ";
  const pk = { AttributeName: "pk", AttributeType: "S" };
  const index = (more: object): object => ({
    IndexName: "index",
    KeySchema: keys("pk"),
    Projection: { ProjectionType: "ALL" },
    ...more,
  });
  test.each<[string, object, string]>([
    [
      "no name",
      { TableName: undefined },
      "The parameter 'TableName' is required but was not present in the request",
    ],
    [
      "a short name",
      { TableName: "ab" },
      "1 validation error detected: Value 'ab' at 'tableName' failed to satisfy constraint: Member must have length greater than or equal to 3",
    ],
    [
      "a key twice",
      { KeySchema: keys("pk", "pk") },
      "Invalid KeySchema: Some index key attribute have no definition",
    ],
    [
      "three keys",
      { KeySchema: [...keys("pk", "sk"), { AttributeName: "x", KeyType: "RANGE" }] },
      "1 validation error detected: Value '[KeySchemaElement(attributeName=pk, keyType=HASH), KeySchemaElement(attributeName=sk, keyType=RANGE), KeySchemaElement(attributeName=x, keyType=RANGE)]' at 'keySchema' failed to satisfy constraint: Member must have length less than or equal to 2",
    ],
    [
      "an unknown kind of key",
      { KeySchema: [{ AttributeName: "pk", KeyType: "MAIN" }] },
      "1 validation error detected: Value 'MAIN' at 'keySchema.1.member.keyType' failed to satisfy constraint: Member must satisfy enum value set: [HASH, RANGE]",
    ],
    [
      "an unknown type",
      { AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "X" }] },
      "1 validation error detected: Value 'X' at 'attributeDefinitions.1.member.attributeType' failed to satisfy constraint: Member must satisfy enum value set: [B, N, S]",
    ],
    [
      "an attribute that is no key",
      { AttributeDefinitions: [pk, { AttributeName: "x", AttributeType: "S" }] },
      `${invalid}Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions`,
    ],
    [
      "a key that is not defined",
      { KeySchema: keys("x") },
      `${invalid}Some index key attributes are not defined in AttributeDefinitions. Keys: [x], AttributeDefinitions: [pk]`,
    ],
    [
      "both kinds of billing",
      { ProvisionedThroughput: throughput },
      `${invalid}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST`,
    ],
    [
      "no throughput",
      { BillingMode: "PROVISIONED" },
      `${invalid}ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED`,
    ],
    [
      "a local index without a sort key",
      { LocalSecondaryIndexes: [index({})] },
      `${invalid}Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex`,
    ],
    [
      "an index twice",
      { GlobalSecondaryIndexes: [index({}), index({})] },
      `${invalid}Duplicate index name: index`,
    ],
    [
      "INCLUDE of nothing",
      { GlobalSecondaryIndexes: [index({ Projection: { ProjectionType: "INCLUDE" } })] },
      `${invalid}ProjectionType is INCLUDE, but NonKeyAttributes is not specified`,
    ],
    [
      "KEYS_ONLY of more",
      {
        GlobalSecondaryIndexes: [
          index({ Projection: { ProjectionType: "KEYS_ONLY", NonKeyAttributes: ["x"] } }),
        ],
      },
      `${invalid}ProjectionType is KEYS_ONLY, but NonKeyAttributes is specified`,
    ],
    [
      "no index in the list",
      { GlobalSecondaryIndexes: [] },
      `${invalid}List of GlobalSecondaryIndexes is empty`,
    ],
    [
      "a stream that is off but has a view",
      { StreamSpecification: { StreamEnabled: false, StreamViewType: "NEW_IMAGE" } },
      `${invalid}StreamViewType cannot be specified when StreamEnabled is false`,
    ],
  ])("with %s is refused", async (_, input, message) => {
    const { refused } = await startDynamo();
    expect(await refused("CreateTable", { ...plain, ...input })).toMatchObject({
      name: "ValidationException",
      message,
    });
  });

  test("a second one of the same name is refused", async () => {
    const { refused } = await created();
    expect(await refused("CreateTable", plain)).toMatchObject({ name: "ResourceInUseException" });
  });
});

describe("UpdateTable", () => {
  test("changes billing and throughput", async () => {
    const dynamo = await created(provisioned);
    const { call, refused } = dynamo;
    const update = (input: object): Promise<Output> => call("UpdateTable", { TableName, ...input });
    expect(
      await refused("UpdateTable", { TableName, ProvisionedThroughput: throughput }),
    ).toMatchObject({
      message: expect.stringContaining(
        "The provisioned throughput for the table will not change. The requested value equals the current value.",
      ),
    });
    const { TableDescription } = await update({
      ProvisionedThroughput: { ReadCapacityUnits: 20, WriteCapacityUnits: 15 },
    });
    expect(TableDescription.TableStatus).toBe("UPDATING");
    expect(await described(dynamo)).toMatchObject({
      ProvisionedThroughput: { ReadCapacityUnits: 20, WriteCapacityUnits: 15 },
    });
    await update({ BillingMode: onDemand });
    await update({ BillingMode: "PAY_PER_REQUEST" });
    expect(await described(dynamo)).toMatchObject({
      BillingModeSummary: { BillingMode: "PAY_PER_REQUEST" },
      ProvisionedThroughput: { ReadCapacityUnits: 0 },
    });
    expect(
      await refused("UpdateTable", { TableName, ProvisionedThroughput: throughput }),
    ).toMatchObject({ name: "ValidationException" });
    await update({ BillingMode: "PROVISIONED", ProvisionedThroughput: throughput });
    expect(await described(dynamo)).toMatchObject({ ProvisionedThroughput: throughput });
  });

  test("adds an index, fills it with the present items, and removes it", async () => {
    const dynamo = await created();
    const { call, refused } = dynamo;
    for (const pk of ["1", "2", "3"])
      await call("PutItem", { TableName, Item: item({ pk, g: pk === "3" ? "other" : "one" }) });
    await call("PutItem", { TableName, Item: item({ pk: "4", g: 4 }) });
    const create = {
      TableName,
      AttributeDefinitions: [{ AttributeName: "g", AttributeType: "S" }],
      GlobalSecondaryIndexUpdates: [
        {
          Create: { IndexName: "byG", KeySchema: keys("g"), Projection: { ProjectionType: "ALL" } },
        },
      ],
    };
    expect(
      await refused("UpdateTable", { ...create, AttributeDefinitions: undefined }),
    ).toMatchObject({ name: "ValidationException" });
    await call("UpdateTable", create);
    expect(await refused("UpdateTable", create)).toMatchObject({ name: "ValidationException" });
    const { Count } = await call("Query", {
      TableName,
      IndexName: "byG",
      KeyConditionExpression: "g = :g",
      ExpressionAttributeValues: item({ ":g": "one" }),
    });
    expect(Count).toBe(2);
    const remove = { TableName, GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: "byG" } }] };
    await call("UpdateTable", remove);
    expect(await described(dynamo)).toMatchObject({
      AttributeDefinitions: plain.AttributeDefinitions,
    });
    expect((await described(dynamo))["GlobalSecondaryIndexes"]).toBeUndefined();
    expect(await refused("UpdateTable", remove)).toMatchObject({
      name: "ResourceNotFoundException",
    });
  });

  test("nothing to change, or a table that is not there, is refused", async () => {
    const { refused } = await created();
    expect(await refused("UpdateTable", { TableName })).toMatchObject({
      message: expect.stringContaining("At least one of ProvisionedThroughput"),
    });
    expect(
      await refused("UpdateTable", { TableName: "none", BillingMode: "PAY_PER_REQUEST" }),
    ).toMatchObject({ name: "ResourceNotFoundException" });
  });
});

describe("DeleteTable and ListTables", () => {
  test("a protected table stays until it is not", async () => {
    const { call, refused } = await created({ ...plain, DeletionProtectionEnabled: true });
    expect(await refused("DeleteTable", { TableName })).toMatchObject({
      name: "ValidationException",
      message: expect.stringContaining("protected against deletion"),
    });
    await call("UpdateTable", { TableName, DeletionProtectionEnabled: false });
    expect(await call("DeleteTable", { TableName })).toMatchObject({
      TableDescription: { TableStatus: "DELETING" },
    });
    expect(await refused("GetItem", { TableName, Key: item({ pk: "1" }) })).toMatchObject({
      name: "ResourceNotFoundException",
    });
  });

  test("names come in order, page after page", async () => {
    const { call, refused } = await startDynamo();
    for (const name of ["bbb", "aaa", "ccc"])
      await call("CreateTable", { ...plain, TableName: name });
    const first = await call("ListTables", { Limit: 2 });
    expect(first).toMatchObject({ TableNames: ["aaa", "bbb"], LastEvaluatedTableName: "bbb" });
    expect(await call("ListTables", { ExclusiveStartTableName: "bbb" })).toMatchObject({
      TableNames: ["ccc", "testapp-staging-cats"],
    });
    expect(await refused("ListTables", { Limit: 101 })).toMatchObject({
      message: expect.stringContaining("Member must have value less than or equal to 100"),
    });
  });
});

describe("settings of tables", () => {
  test("time to live is turned on and off, and deletes expired items", async () => {
    const dynamo = await created();
    const { call, refused, clock } = dynamo;
    const set = (AttributeName: string, Enabled = true): object => ({
      TableName,
      TimeToLiveSpecification: { AttributeName, Enabled },
    });
    const status = async (): Promise<unknown> =>
      (await call("DescribeTimeToLive", { TableName }))["TimeToLiveDescription"];
    expect(await status()).toEqual({ TimeToLiveStatus: "DISABLED" });
    await call("UpdateTimeToLive", set("until"));
    expect(await status()).toEqual({ TimeToLiveStatus: "ENABLED", AttributeName: "until" });
    expect(await refused("UpdateTimeToLive", set("until"))).toMatchObject({
      message: "TimeToLive is already enabled",
    });
    expect(await refused("UpdateTimeToLive", set(""))).toMatchObject({
      name: "ValidationException",
    });
    for (const operation of ["UpdateTimeToLive", "DescribeTimeToLive"])
      expect(await refused(operation, { ...set("until"), TableName: "none" })).toMatchObject({
        name: "ResourceNotFoundException",
      });
    const now = Math.floor(clock.now() / 1000);
    for (const [pk, until] of Object.entries({ over: now - 1, later: now + 60, ancient: 5 }))
      await call("PutItem", { TableName, Item: item({ pk, until }) });
    await call("PutItem", { TableName, Item: item({ pk: "text", until: String(now - 1) }) });
    await clock.advance("11s");
    let Items: Output[];
    do Items = (await call("Scan", { TableName }))["Items"];
    while (Items.length > 3);
    expect(new Set(Items.map(({ pk }) => pk.S))).toEqual(new Set(["ancient", "later", "text"]));
    await call("UpdateTimeToLive", set("until", false));
    expect(await status()).toEqual({ TimeToLiveStatus: "DISABLED" });
  });

  test("tags", async () => {
    const dynamo = await created({ ...plain, Tags: [{ Key: "from", Value: "start" }] });
    const { call, refused } = dynamo;
    const { TableArn: ResourceArn } = await described(dynamo);
    const tags = async (): Promise<unknown> =>
      (await call("ListTagsOfResource", { ResourceArn }))["Tags"];
    await call("TagResource", {
      ResourceArn,
      Tags: [
        { Key: "a", Value: "1" },
        { Key: "b", Value: "2" },
      ],
    });
    await call("TagResource", { ResourceArn, Tags: [{ Key: "a", Value: "3" }] });
    await call("UntagResource", { ResourceArn, TagKeys: ["b", "from"] });
    expect(await tags()).toEqual([{ Key: "a", Value: "3" }]);
    expect(
      await refused("TagResource", { ResourceArn: "nothing", Tags: [{ Key: "a", Value: "1" }] }),
    ).toMatchObject({ name: "ValidationException" });
    expect(await refused("TagResource", { ResourceArn, Tags: [] })).toMatchObject({
      message: "Atleast one Tag needs to be provided as Input.",
    });
    expect(
      await refused("ListTagsOfResource", {
        ResourceArn: "arn:aws:dynamodb:us-east-1:000000000000:table/elsewhere",
      }),
    ).toMatchObject({ name: "AccessDeniedException" });
    expect(await refused("ListTagsOfResource", { ResourceArn: `${ResourceArn}x` })).toMatchObject({
      name: "ResourceNotFoundException",
    });
  });

  test("what SDKs and tools ask beside", async () => {
    const { call, endpoint } = await created();
    expect(await call("DescribeLimits", {})).toMatchObject({ TableMaxReadCapacityUnits: 40_000 });
    expect(await call("DescribeEndpoints", {})).toMatchObject({
      Endpoints: [{ Address: new URL(endpoint).host, CachePeriodInMinutes: 1440 }],
    });
    const recovery = async (operation: string, more: object = {}): Promise<unknown> =>
      (await call(operation, { TableName, ...more }))["ContinuousBackupsDescription"]
        .PointInTimeRecoveryDescription.PointInTimeRecoveryStatus;
    expect(await recovery("DescribeContinuousBackups")).toBe("DISABLED");
    await recovery("UpdateContinuousBackups", {
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
    expect(await recovery("DescribeContinuousBackups")).toBe("ENABLED");
  });
});
