import { action } from "../../shared/action.ts";
import { Refused } from "../../shared/input.ts";

/** Messages whose action the manifest does not name end here. */
export const handler = action(async () => {
  throw new Refused("This chat does not know that action");
});
