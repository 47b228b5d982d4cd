/** One line that somebody said. */
export interface Line {
  /** Key within the room: ISO time, then a few random characters. Sorts by time. */
  readonly at: string;
  readonly name: string;
  readonly text: string;
}

/** What the app sends, by `type`. */
export interface Messages {
  said: { readonly room: string; readonly line: Line };
  /** Names of those in the room, in alphabetical order. */
  people: { readonly room: string; readonly names: readonly string[] };
}
