exports.handler = async (event) => {
  const arrivedAt = Number(process.hrtime.bigint()) / 1e6;
  const { publishedAt, tell } = JSON.parse(event.Records[0].Sns.Message);
  await fetch(tell, { method: "POST", body: String(arrivedAt - publishedAt) });
};
