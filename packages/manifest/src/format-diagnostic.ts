import type { Diagnostic, Location } from "./diagnostic.ts";

export interface DiagnosticFormatOptions {
  /** `github`: workflow annotations. */
  readonly format: "pretty" | "json" | "github";
  readonly color?: boolean;
}

/** Formats diagnostics as text, one or more lines each. */
export function formatDiagnostics(
  diagnostics: readonly Diagnostic[],
  options: DiagnosticFormatOptions,
): string {
  switch (options.format) {
    case "json":
      return `${JSON.stringify(diagnostics, null, 2)}\n`;
    case "github":
      return diagnostics.map((diagnostic) => `${annotation(diagnostic)}\n`).join("");
    default: {
      const paint = options.color === true ? ansi : plain;
      return diagnostics.map((diagnostic) => pretty(diagnostic, paint)).join("\n");
    }
  }
}

interface Paint {
  readonly error: (text: string) => string;
  readonly warning: (text: string) => string;
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
}

const same = (text: string): string => text;
const plain: Paint = { error: same, warning: same, bold: same, dim: same };
const ansi: Paint = {
  error: (text) => `\u001B[31m${text}\u001B[39m`,
  warning: (text) => `\u001B[33m${text}\u001B[39m`,
  bold: (text) => `\u001B[1m${text}\u001B[22m`,
  dim: (text) => `\u001B[2m${text}\u001B[22m`,
};

function pretty(diagnostic: Diagnostic, paint: Paint): string {
  const { severity, code, text, location, notes } = diagnostic;
  const color = paint[severity];
  const place = location === null ? "" : `${paint.bold(position(location))}: `;
  let output = `${place}${color(`${severity}:`)} ${paint.bold(text)}  ${paint.dim(code)}\n`;
  if (location !== null) output += excerpt(location, color, paint);
  for (const note of notes) {
    const noted = note.location === null ? "" : `${position(note.location)}: `;
    output += `  ${paint.dim("note:")} ${noted}${note.text}\n`;
  }
  return output;
}

function excerpt(location: Location, color: (text: string) => string, paint: Paint): string {
  const { line, column, length, lineText, suggestion } = location;
  const number = String(line);
  const margin = " ".repeat(number.length);
  // Keep tabs, so that the carets line up with the text above them.
  const lead = lineText.slice(0, column).replaceAll(/[^\t]/g, " ");
  const hint = suggestion === null ? "" : ` ${suggestion}`;
  return (
    `  ${paint.dim(`${number} |`)} ${lineText}\n` +
    `  ${paint.dim(`${margin} |`)} ${lead}${color("^".repeat(length) + hint)}\n`
  );
}

/** `file:line:col`, columns from 1 as editors count. */
function position(location: Location): string {
  return `${location.file}:${location.line}:${location.column + 1}`;
}

/** https://docs.github.com/actions/reference/workflow-commands-for-github-actions#setting-an-error-message */
function annotation(diagnostic: Diagnostic): string {
  const { severity, code, text, location, notes } = diagnostic;
  const message = [text, ...notes.map((note) => `note: ${note.text}`)].join("\n");
  const properties =
    location === null
      ? [`title=${code}`]
      : [
          `file=${escapeProperty(location.file)}`,
          `line=${location.line}`,
          `col=${location.column + 1}`,
          `endColumn=${location.column + 1 + location.length}`,
          `title=${code}`,
        ];
  return `::${severity} ${properties.join(",")}::${escapeData(message)}`;
}

function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
