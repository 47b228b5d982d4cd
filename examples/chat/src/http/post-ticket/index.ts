import { ticket, type HttpHandler } from "@arclet/functions";
import { readInput, Refused } from "../../chat/input.ts";

/** A ticket for whoever says under which name they talk: the one place that knows who is who. */
export const handler: HttpHandler = async ({ body = "", isBase64Encoded }) => {
  try {
    const { name } = readInput(isBase64Encoded ? Buffer.from(body, "base64").toString() : body);
    return { statusCode: 200, body: await ticket.issue({ id: crypto.randomUUID(), name }) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { statusCode: 400, body: error.message };
  }
};
