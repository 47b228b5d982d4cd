// What goes over the socket. The page's code is checked against these types too.

/** One line that somebody said. */
export interface Message {
  /** Key within the room: ISO time, then a few random characters. Sorts by time. */
  readonly at: string;
  readonly name: string;
  readonly text: string;
}

/** From the page. `action` picks the function: `join` goes to src/ws/join. */
export type Request =
  | { readonly action: "join"; readonly room: string }
  | { readonly action: "say"; readonly room: string; readonly text: string }
  | { readonly action: "earlier"; readonly room: string; readonly before: string };

/** To the page. */
export type Response =
  /** Oldest first. `isNewest`: the end of the room's history, else what came before it. */
  | {
      readonly type: "history";
      readonly room: string;
      readonly messages: readonly Message[];
      readonly isNewest: boolean;
      readonly hasEarlier: boolean;
    }
  | { readonly type: "said"; readonly room: string; readonly message: Message }
  /** Names of those in the room, in alphabetical order. */
  | { readonly type: "people"; readonly room: string; readonly names: readonly string[] }
  | { readonly type: "refused"; readonly reason: string };

/** `chat:lobby` of `lobby`. */
export function roomOf(name: string): string {
  return `chat:${name}`;
}

/** `lobby` of `chat:lobby`. */
export function nameOfRoom(room: string): string {
  return room.slice("chat:".length);
}

export const longestName = 32;
export const longestText = 1000;
