/** Words of which CONTRIBUTING.md names the better ones. */
const oldWords: readonly RegExp[] = [
  // A quoted value that "is no <noun>": it "is not a <noun>". "no longer" is fine.
  /(?:"[^"]*"|`[^`]*`|“[^”]*”) (?:is|are) no(?! longer\b)\b/g,
  /\btold\b/gi,
  /\bmend(?:s|ed|ing)?\b/gi,
  /\banew\b/gi,
  /\bstands\b/gi,
  /\bbelongs? into\b/gi,
];

/** The old words in a text, in the order of the list above. */
export function oldWordsIn(text: string): readonly string[] {
  return oldWords.flatMap((pattern) => [...text.matchAll(pattern)].map(([found]) => found));
}
