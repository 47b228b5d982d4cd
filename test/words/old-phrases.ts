/** Turns of phrase that pages avoid, as CONTRIBUTING.md says: noun puzzles, and words that read as translated. */
const oldPhrases: readonly RegExp[] = [
  /\btime-outs?\b/gi,
  /\bwhoever\b/gi,
  /\ball that\b/gi,
  /\bnothing of (?:it|them)\b/gi,
  /\bwhat (?:is|are|has) (?:not|no)\b/gi,
  /\b(?:is|are) to be\b/gi,
  /\b(?:is|are) made of\b/gi,
  /\blies? (?:in|beside|at)\b/gi,
  /\b(?:its|their) (?:kin|like)\b/gi,
  /\bsays (?:so )?of\b/gi,
  /\bin work\b/gi,
  /\bfor ever\b/gi,
  /\bso that\b[^.]*\bso that\b/gi,
];

/** The old phrases in a line of a page, in the order of the list above. */
export function oldPhrasesIn(line: string): readonly string[] {
  return oldPhrases.flatMap((pattern) => [...line.matchAll(pattern)].map(([found]) => found));
}
