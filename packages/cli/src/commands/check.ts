import { checkProject } from "@arclet/manifest/node";
import { defineCommand, type Command } from "../command.ts";
import { existingFolder } from "../project/project-folder.ts";
import { renderDiagnostics } from "../terminal/diagnostics-text.ts";
import { processTerminal } from "../terminal/style.ts";

export const checkCommand: Command = defineCommand({
  name: "check",
  description: "Tell every mistake in the manifest, preferences and function configs",
  examples: ["arclet check", "arclet check --format github"],
  args: {
    folder: {
      type: "positional",
      required: false,
      description: "Folder of the app. The current one by default",
    },
    format: {
      type: "enum",
      options: ["pretty", "json", "github"],
      default: "pretty",
      valueHint: "pretty|json|github",
      description: "How to print: for people, programs, or GitHub's annotations",
    },
  },
  async run(args) {
    const root = await existingFolder(args.folder);
    const { style, write } = processTerminal();
    const { diagnostics } = await checkProject(root);
    const errors = diagnostics.filter(({ severity }) => severity === "error").length;
    const text = renderDiagnostics(diagnostics, args.format, style.hasColor);
    if (text !== "") write(text.endsWith("\n") ? text : `${text}\n`);
    if (args.format === "pretty") write(`${summary(errors, diagnostics.length - errors)}\n`);
    return errors === 0 ? 0 : 1;
  },
});

function summary(errors: number, warnings: number): string {
  if (errors === 0 && warnings === 0) return "No mistakes found.";
  return `${count(errors, "error")}, ${count(warnings, "warning")}`;
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}
