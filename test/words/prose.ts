/** A Markdown page without its blocks of code and without names of tests at the end of lines; line numbers stay. */
export function proseOf(page: string): string {
  return page
    .replaceAll(/^(`{3,})[\s\S]*?^\1$/gm, (block) => block.replaceAll(/[^\n]/g, ""))
    .replaceAll(/(\.ts\)): ".*"(?: *\|)?$/gm, "$1");
}
