import type { Message } from "esbuild";
import type { Diagnostic, Location } from "@arclet/manifest";

/** esbuild's message as one of ours; the shapes are kin. */
export function diagnosticOf(message: Message, severity: Diagnostic["severity"]): Diagnostic {
  const unresolved = /^Could not resolve "([^"./][^"]*)"/.exec(message.text)?.[1];
  const notes = message.notes.map((note) => ({
    text: note.text,
    location: locationOf(note.location),
  }));
  return {
    severity,
    code: unresolved === undefined ? "build-failed" : "import-unresolved",
    text: message.text,
    location: locationOf(message.location),
    notes:
      unresolved === undefined
        ? notes
        : [{ text: `install it: npm install ${packageOf(unresolved)}`, location: null }],
  };
}

function locationOf(location: Message["location"]): Location | null {
  if (location === null) return null;
  const { file, line, column, length, lineText, suggestion } = location;
  return {
    file,
    line,
    column,
    length,
    lineText,
    suggestion: suggestion === "" ? null : suggestion,
  };
}

/** `@scope/name/deep` → `@scope/name` */
function packageOf(specifier: string): string {
  const parts = specifier.split("/");
  return parts.slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
}
