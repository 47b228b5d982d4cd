import { relative } from "node:path";
import { defineCommand, type Command } from "../command.ts";
import { readPluggedProject } from "../plugins/plugged-project.ts";
import { existingFolder } from "../project/project-folder.ts";
import { diagnosticsText } from "../terminal/diagnostics-text.ts";
import { processTerminal } from "../terminal/style.ts";
import { writeAppTypes } from "../types/write-app-types.ts";

export const typesCommand: Command = defineCommand({
  name: "types",
  description: "Write the app's types for pages, tests and functions into .arclet/types",
  examples: ["arclet types", "arclet types && tsc --noEmit"],
  args: {
    folder: {
      type: "positional",
      required: false,
      description: "Folder of the app. The current one by default",
    },
  },
  async run(args) {
    const root = await existingFolder(args.folder);
    const { style, write, writeError } = processTerminal();
    const { plugged, diagnostics } = await readPluggedProject(root);
    if (plugged === null) {
      writeError(`${diagnosticsText(diagnostics, style.hasColor)}\n`);
      return 1;
    }
    const { file, isExpanded, isChanged } = await writeAppTypes(plugged.project);
    const place = relative(root, file);
    write(`${isChanged ? style.green("wrote") : style.dim("kept ")}  ${place}\n`);
    if (!isExpanded)
      write(
        "The types of actions' input and output are any. To generate them, install typescript.\n",
      );
    return 0;
  },
});
