import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseArc, printArc, type BodyNode, type Document } from "../../src/index.ts";

const parse = (text: string): ReturnType<typeof parseArc> => parseArc(text, { file: "app.arc" });

/** What a document says, without places. */
function meaning(document: Document): unknown {
  return [
    document.header.map(({ text }) => text),
    document.pragmas.map(({ name, leading, comment, body }) => [
      name,
      leading.map(({ text }) => text),
      comment,
      body.map(meaningOf),
    ]),
  ];
}

function meaningOf(node: BodyNode): unknown {
  if (node.kind === "comment") return node.text;
  return [node.values.map(({ value }) => value), node.comment, node.children.map(meaningOf)];
}

const word = fc.oneof(
  fc.stringMatching(/^[a-z][\w/.:-]{0,8}$/),
  fc.constantFrom("true", "12", "-3.5", '"two words"', "'it # is'", '`a "b"`', "*String", "rate(1"),
);
const line = fc
  .tuple(fc.array(word, { minLength: 1, maxLength: 4 }), fc.option(fc.constantFrom("# why", "#!")))
  .map(([words, comment]) => words.join(" ") + (comment === null ? "" : ` ${comment}`));
const entry = fc
  .tuple(
    line,
    fc.array(line, { maxLength: 3 }),
    fc.constantFrom("", "\n", "# between\n", "\n# set off\n\n"),
  )
  .map(([head, below, before]) => before + [head, ...below.map((one) => `  ${one}`)].join("\n"));
const manifest = fc
  .uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1, maxLength: 5 })
  .chain((names) =>
    fc.tuple(
      ...names.map((name) =>
        fc.array(entry, { maxLength: 4 }).map((body) => `@${name}\n${body.join("\n")}`),
      ),
    ),
  )
  .map((pragmas) => `# header\n\n${pragmas.join("\n\n")}\n`);

describe("printArc", () => {
  test("puts everything into its place and keeps the comments", () => {
    const text =
      "# about\n\n\n@app   # the app\n  testapp\n@http\n\n\nget   /   # home\n# cats\nget /cats\n# end\n\n@tables\ncats\n      id   *String\n      expires TTL";
    expect(printArc(parse(text).document)).toBe(
      "# about\n\n@app # the app\ntestapp\n\n@http\nget / # home\n# cats\nget /cats\n# end\n\n@tables\ncats\n  id *String\n  expires TTL\n",
    );
  });

  test("prints what parses to the same", () => {
    fc.assert(
      fc.property(manifest, (text) => {
        const { document, diagnostics } = parse(text);
        expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
        const printed = printArc(document);
        expect(meaning(parse(printed).document)).toEqual(meaning(document));
        expect(printArc(parse(printed).document)).toBe(printed);
      }),
      { numRuns: 500 },
    );
  });

  test("parsing ends and never throws, whatever the text", () => {
    const noise = fc.string({
      unit: fc.constantFrom(
        "@",
        "a",
        " ",
        "  ",
        "\n",
        "\t",
        "\r\n",
        '"',
        "'",
        "`",
        "#",
        "-",
        "1",
        "é",
        "\u0000",
        "😀",
        "*",
      ),
      maxLength: 400,
    });
    fc.assert(
      fc.property(fc.oneof(noise, fc.string({ unit: "binary", maxLength: 200 })), (text) => {
        const { document, diagnostics } = parse(text);
        if (diagnostics.every(({ severity }) => severity !== "error")) {
          const printed = printArc(document);
          expect(printArc(parse(printed).document)).toBe(printed);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
