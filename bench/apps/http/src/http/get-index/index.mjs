const body = JSON.stringify({ greeting: "hello from the benchmark" });

export const handler = async () => ({
  statusCode: 200,
  headers: { "content-type": "application/json" },
  body,
});
