import { action, ActionError } from "@arclet/functions";

/** Messages whose action the manifest does not name end here. */
export const handler = action(() => {
  throw new ActionError("UNKNOWN_ACTION", "This chat does not know that action");
});
