import { action } from "@arclet/functions";
import { history } from "@shared/history.ts";
import { earlierInput } from "@shared/input.ts";

export const handler = action({ input: earlierInput }, ({ room, before }) => history(room, before));
