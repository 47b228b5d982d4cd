import { readFile, writeFile } from "node:fs/promises";
import { relative, resolve } from "node:path";
import { defineCommand, type Command } from "../command.ts";
import { findArcFiles } from "../format/find-arc-files.ts";
import { formatArc } from "../format/format-arc.ts";
import { CliError } from "../errors.ts";
import { folderError } from "../project/project-folder.ts";
import { diagnosticsText } from "../terminal/diagnostics-text.ts";
import { processTerminal } from "../terminal/style.ts";

export const fmtCommand: Command = defineCommand({
  name: "fmt",
  description: "Format .arc files, keeping comments",
  examples: ["arclet fmt", "arclet fmt app.arc --check"],
  args: {
    files: {
      type: "positional",
      required: false,
      valueHint: "...",
      description: "Files or folders; the current project's by default",
    },
    check: { type: "boolean", description: "Write nothing; exit with 1 if a file would change" },
  },
  async run(args) {
    const { style, write, writeError } = processTerminal();
    const paths = args._.length === 0 ? ["."] : args._;
    const files = (await Promise.all(paths.map((path) => findArcFiles(resolve(path))))).flat();
    if (files.length === 0) {
      throw new CliError("ERR_FORMAT", "No .arc file found", {
        hints: [
          'Run "arclet init" to write one. Manifests in JSON and YAML have their own formatters.',
        ],
      });
    }
    let refused = 0;
    let changed = 0;
    for (const file of files) {
      const shown = relative(process.cwd(), file);
      const source = await readSource(file);
      const result = formatArc(shown, source);
      if (!result.ok) {
        refused++;
        writeError(`${diagnosticsText(result.diagnostics, style.hasColor)}\n`);
        continue;
      }
      if (result.text === source) continue;
      changed++;
      if (args.check !== true) await writeSource(file, result.text);
      write(
        `${args.check === true ? style.yellow("would format") : style.green("formatted")} ${shown}\n`,
      );
    }
    if (refused === 0 && changed === 0) {
      write(
        `${style.dim(files.length === 1 ? "Already formatted." : `${files.length} files already formatted.`)}\n`,
      );
    }
    return refused > 0 || (args.check === true && changed > 0) ? 1 : 0;
  },
});

async function readSource(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw folderError(file, error);
  }
}

async function writeSource(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    throw folderError(file, error);
  }
}
