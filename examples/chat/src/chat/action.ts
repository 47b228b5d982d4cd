import { ws, type WebSocketMessageHandler } from "@arclet/functions";
import { readInput, Refused } from "./input.ts";
import type { Response } from "./protocol.ts";

interface Call {
  readonly connection: string;
  /** Of whom the ticket was made for: nobody speaks under another's. */
  readonly name: string;
  readonly input: ReturnType<typeof readInput>;
  /** Answers the caller alone. */
  readonly reply: (response: Response) => Promise<void>;
}

/** A handler whose `Refused` errors are told to the caller; all others are failures of the function. */
export function action(run: (call: Call) => Promise<void>): WebSocketMessageHandler {
  return async (event) => {
    const { connectionId, authorizer } = event.requestContext;
    const name = String(authorizer?.["name"]);
    const reply = (payload: Response) => ws.send({ id: connectionId, payload });
    try {
      await run({ connection: connectionId, name, input: readInput(event.body), reply });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      await reply({ type: "refused", reason: error.message });
      return { statusCode: 400 };
    }
    return { statusCode: 200 };
  };
}
