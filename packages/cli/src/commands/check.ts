import type { Diagnostic, Project } from "@arclet/manifest";
import { checkProject } from "@arclet/manifest/node";
import { defineCommand, type Command } from "../command.ts";
import { existingFolder } from "../project/project-folder.ts";
import { renderDiagnostics } from "../terminal/diagnostics-text.ts";
import { fitText } from "../terminal/fit-text.ts";
import { processTerminal } from "../terminal/style.ts";

export const checkCommand: Command = defineCommand({
  name: "check",
  description: "Report every error in the manifest, preferences, function configs and handlers",
  examples: ["arclet check", "arclet check --format github"],
  args: {
    folder: {
      type: "positional",
      required: false,
      description: "Folder of the app; the current folder by default",
    },
    format: {
      type: "enum",
      options: ["pretty", "json", "github"],
      default: "pretty",
      valueHint: "pretty|json|github",
      description: "Output format: text, JSON, or GitHub annotations",
    },
  },
  async run(args) {
    const root = await existingFolder(args.folder);
    const { style, columns, write } = processTerminal();
    const { project, diagnostics: ofProject } = await checkProject(root);
    const diagnostics = [...ofProject, ...(project === null ? [] : await checkSources(project))];
    const errors = diagnostics.filter(({ severity }) => severity === "error").length;
    if (project !== null && errors === 0) {
      const { writeAppTypes } = await import("../types/write-app-types.ts");
      diagnostics.push(...(await writeAppTypes(project)).diagnostics);
    }
    const rendered = renderDiagnostics(diagnostics, args.format, style.hasColor);
    const text = args.format === "pretty" ? fitText(rendered, columns) : rendered;
    if (text !== "") write(text.endsWith("\n") ? text : `${text}\n`);
    if (args.format === "pretty") write(`${summary(errors, diagnostics.length - errors)}\n`);
    return errors === 0 ? 0 : 1;
  },
});

/** Reports what Lambda would refuse in handlers. Functions without a folder have been reported already. */
async function checkSources({ root, functions }: Project): Promise<readonly Diagnostic[]> {
  const { checkSource } = await import("@arclet/builder");
  const present = functions.filter(({ exists }) => exists);
  const found = await Promise.all(present.map((declared) => checkSource(declared, root)));
  return found.flat();
}

function summary(errors: number, warnings: number): string {
  if (errors === 0 && warnings === 0) return "No errors found.";
  return `${count(errors, "error")}, ${count(warnings, "warning")}`;
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}
