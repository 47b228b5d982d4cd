import { rooms, ws } from "@arclet/functions";

/** First message of a connection: it joins. "go": everybody gets a message. */
export const handler = async ({ body, requestContext: { connectionId: id } }) => {
  if (body === "go") {
    await rooms.send({ room: "crowd", payload: "fan-out" });
  } else {
    await rooms.join({ room: "crowd", id });
    await ws.send({ id, payload: "joined" });
  }
  return { statusCode: 200 };
};
