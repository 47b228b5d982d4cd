import { setTimeout } from "node:timers/promises";

export const handler = async () => {
  await setTimeout(60_000);
  return { statusCode: 200 };
};
