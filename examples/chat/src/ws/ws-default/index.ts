import { action } from "../../chat/action.ts";
import { Refused } from "../../chat/input.ts";

/** Messages whose action the manifest does not name end here. */
export const handler = action(async () => {
  throw new Refused("This chat does not know that action");
});
