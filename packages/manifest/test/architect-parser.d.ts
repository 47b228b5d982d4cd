declare module "@architect/parser" {
  /** Parses `.arc` text to plain values by pragma. */
  const parse: (text: string) => unknown;
  export default parse;
}
