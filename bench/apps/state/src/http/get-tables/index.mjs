// Milliseconds of a put and a get with Arclet's helper.
import { tables } from "@arclet/functions";

const row = { name: "Tom", colour: "black", lives: 9 };

export const handler = async (event) => {
  const count = Number(event.queryStringParameters.count);
  const { cats } = await tables();
  await cats.put({ id: "warm-up", ...row });
  const startedAt = performance.now();
  for (let number = 0; number < count; number++) {
    const id = `cat-${number}`;
    await cats.put({ id, ...row });
    const found = await cats.get({ id });
    if (found.lives !== row.lives) throw new Error(JSON.stringify(found));
  }
  return { ms: (performance.now() - startedAt) / count };
};
