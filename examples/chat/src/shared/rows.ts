import type { Line } from "./messages.ts";

/** What the tables hold. */
export interface Rows {
  messages: Line & { readonly room: string };
}
