/** Words that make a message hard to read, because they hide its subject. */
const hiddenSubjects: readonly RegExp[] = [
  /\b(?:who|what|which)ever\b/gi,
  /\b(?:some|any)body\b/gi,
  // A template's value that "is no <noun>": it "is not a <noun>". "no longer" is fine.
  /… (?:is|are) no(?! longer\b)\b/g,
  /\b(?:is|are) none of\b/gi,
  /\bhalf-way\b/gi,
  /\bby (?:itself|themselves)\b/gi,
];

/** Such words in the text of a message, in the order of the list above. */
export function hiddenSubjectsIn(text: string): readonly string[] {
  return hiddenSubjects.flatMap((pattern) => [...text.matchAll(pattern)].map(([found]) => found));
}
