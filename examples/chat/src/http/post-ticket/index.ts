import { readBody, ticket, type HttpHandler } from "@arclet/functions";
import { safeParse } from "valibot";
import { ticketInput } from "@shared/input.ts";

/** A ticket for whoever says under which name they talk: the one place that knows who is who. */
export const handler: HttpHandler = async (event) => {
  const { success, output, issues } = safeParse(ticketInput, await readBody(event, { as: "text" }));
  if (!success) return { statusCode: 400, body: issues[0].message };
  return {
    statusCode: 200,
    body: await ticket.issue({ id: crypto.randomUUID(), name: output.name }),
  };
};
