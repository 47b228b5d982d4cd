import { ws } from "@arclet/functions";

/** First message of a connection: its id is remembered. "go": everybody gets a message. */
const ids = new Set();

export const handler = async (event) => {
  const id = event.requestContext.connectionId;
  if (event.body === "go") {
    await Promise.all(Array.from(ids, (to) => ws.send({ id: to, payload: "fan-out" })));
  } else {
    ids.add(id);
    await ws.send({ id, payload: "joined" });
  }
  return { statusCode: 200 };
};
