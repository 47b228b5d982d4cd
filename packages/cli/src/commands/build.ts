import { relative } from "node:path";
import { defineCommand, type Command } from "../command.ts";
import { FunctionBuilds } from "../project/function-builds.ts";
import { createProjectBuilder } from "../project/project-builder.ts";
import { readPluggedProject } from "../plugins/plugged-project.ts";
import { existingFolder } from "../project/project-folder.ts";
import { diagnosticsText } from "../terminal/diagnostics-text.ts";
import { processTerminal } from "../terminal/style.ts";
import { writeAppTypes } from "../types/write-app-types.ts";

export const buildCommand: Command = defineCommand({
  name: "build",
  description: "Build every function into .arclet/build, exactly as deploy uploads it",
  examples: ["arclet build"],
  args: {
    folder: {
      type: "positional",
      required: false,
      description: "Folder of the app; the current folder by default",
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
    const { project, runtimes } = plugged;
    const builder = createProjectBuilder(project, { runtimes: () => runtimes });
    try {
      const builds = new FunctionBuilds((declared) => builder.build(declared));
      const round = await builds.buildAll(project.functions, project.functions);
      const all = [...diagnostics, ...round.diagnostics];
      if (all.length > 0) writeError(`${diagnosticsText(all, style.hasColor)}\n`);
      for (const { id } of project.functions) {
        const build = builds.get(id);
        if (!build.ok) write(`${style.red("failed")}  ${id}\n`);
        else
          write(
            `${style.green("built")}   ${id}  ${style.dim(relative(root, build.built.directory))}\n`,
          );
      }
      await writeAppTypes(project);
      return round.failed.length === 0 ? 0 : 1;
    } finally {
      await builder.close();
    }
  },
});
