// Milliseconds of a put and a get, with Architect's helper and with the AWS SDK, on the same table.
const arc = require("@architect/functions");
const { DynamoDBClient } = require("@aws-sdk/client-dynamodb");
const { DynamoDBDocumentClient, GetCommand, PutCommand } = require("@aws-sdk/lib-dynamodb");

const row = { name: "Tom", colour: "black", lives: 9 };

exports.handler = async (event) => {
  const { via, count } = event.queryStringParameters;
  const tables = await arc.tables();
  const steps = via === "sdk" ? await withSdk(tables.name("cats")) : withHelper(tables.cats);
  await steps("warm-up");
  const startedAt = performance.now();
  for (let number = 0; number < Number(count); number++) {
    const found = await steps(`cat-${number}`);
    if (found.lives !== row.lives) throw new Error(JSON.stringify(found));
  }
  const ms = (performance.now() - startedAt) / Number(count);
  return {
    statusCode: 200,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ms }),
  };
};

function withHelper(cats) {
  return async (id) => {
    await cats.put({ id, ...row });
    return cats.get({ id });
  };
}

async function withSdk(TableName) {
  const port = process.env.ARC_TABLES_PORT ?? (await tablesPort());
  const client = DynamoDBDocumentClient.from(
    new DynamoDBClient({
      endpoint: process.env.AWS_ENDPOINT_URL_DYNAMODB ?? `http://127.0.0.1:${port}`,
      region: "us-west-2",
      credentials: { accessKeyId: "x", secretAccessKey: "x" },
    }),
  );
  return async (id) => {
    await client.send(new PutCommand({ TableName, Item: { id, ...row } }));
    return (await client.send(new GetCommand({ TableName, Key: { id } }))).Item;
  };
}

/** Architect's sandbox tells its ports in one variable. */
async function tablesPort() {
  return JSON.parse(process.env.ARC_SANDBOX).ports.tables;
}
