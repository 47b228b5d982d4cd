import { isAbsolute } from "node:path";
import type { Location as EsbuildLocation, Message } from "esbuild";
import type { Diagnostic, DiagnosticNote, Location } from "@arclet/manifest";

/** Converts an esbuild message to a diagnostic. File paths are relative to the project. */
export function toDiagnostic(message: Message, severity: Diagnostic["severity"]): Diagnostic {
  const location = toLocation(message.location);
  const specifier = /^Could not resolve "(.+)"$/.exec(message.text)?.[1];
  if (specifier !== undefined) {
    return {
      severity,
      code: "import-unresolved",
      text: `cannot find "${specifier}"`,
      location,
      notes: [...notesOf(message), ...adviceFor(specifier)],
    };
  }
  const text = message.pluginName === "" ? message.text : `${message.text} (${message.pluginName})`;
  const code = severity === "error" ? "build-failed" : "build-warning";
  return { severity, code, text, location, notes: notesOf(message) };
}

function notesOf(message: Message): DiagnosticNote[] {
  return (
    message.notes
      // Advice about esbuild options, which users cannot set.
      .filter(({ text }) => !text.startsWith("You can mark the path"))
      .map(({ text, location }) => ({ text, location: toLocation(location) }))
  );
}

function adviceFor(specifier: string): DiagnosticNote[] {
  const name = /^(@[^/]+\/[^/]+|[^@./][^/]*)/.exec(specifier)?.[0];
  const own = /^@(?:architect\/)?(shared|views)(?:\/|$)/.exec(specifier)?.[1];
  if (own !== undefined) {
    return [{ text: `it is resolved in the project's folder src/${own}`, location: null }];
  }
  if (name === undefined || isAbsolute(specifier)) return [];
  return [{ text: `install it: npm install ${name}`, location: null }];
}

/** esbuild counts columns in UTF-8 bytes, we in UTF-16 units. */
function toLocation(location: EsbuildLocation | null): Location | null {
  if (location === null) return null;
  const { file, line, column, length, lineText, suggestion } = location;
  const bytes = Buffer.from(lineText);
  return {
    file,
    line,
    column: bytes.toString("utf8", 0, column).length,
    length: bytes.toString("utf8", column, column + length).length,
    lineText,
    suggestion: suggestion === "" ? null : suggestion,
  };
}
