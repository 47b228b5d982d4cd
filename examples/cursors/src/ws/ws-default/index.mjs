import { rooms } from "@arclet/functions";

/** Where somebody points, from 0 to 1 across the page: to everybody else. */
export const handler = async ({ body, requestContext: { connectionId: id } }) => {
  const { x, y } = JSON.parse(body);
  if (![x, y].every((part) => typeof part === "number" && part >= 0 && part <= 1)) {
    return { statusCode: 400 };
  }
  await rooms.send({ room: "board", payload: { at: { id, x, y } }, except: id, from: id });
  return { statusCode: 200 };
};
