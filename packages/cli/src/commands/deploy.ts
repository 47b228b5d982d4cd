import { createArchiver, type BuiltFunction } from "@arclet/builder";
import { deployApp, stackNameOf, type DeployOptions, type Template } from "@arclet/deploy";
import { defineCommand, type Command } from "../command.ts";
import { FunctionBuilds } from "../project/function-builds.ts";
import { createProjectBuilder } from "../project/project-builder.ts";
import { cacheDirectoryOf } from "../project/project-folder.ts";
import { CliError } from "../errors.ts";
import type { PluggedProject } from "../plugins/plugged-project.ts";
import { confirmDataLoss } from "../terminal/confirm-data-loss.ts";
import { DeployProgress } from "../terminal/deploy-progress.ts";
import { diagnosticsText } from "../terminal/diagnostics-text.ts";
import { processTerminal } from "../terminal/style.ts";
import { pluggedProjectHere, targetArgs, targetOf } from "./deploy-target.ts";

/** Exit code of a program that SIGINT ended, as shells have it. */
const interruptedCode = 130;

export const deployCommand: Command = defineCommand({
  name: "deploy",
  description: "Deploy the app to AWS",
  examples: ["arclet deploy", "arclet deploy --production", "arclet deploy --dry-run"],
  args: {
    ...targetArgs,
    "dry-run": {
      type: "boolean",
      description: "Write template, archives and static files to .arclet/deploy, upload nothing",
    },
    fast: { type: "boolean", alias: "f", description: "Only the code of the functions" },
    static: { type: "boolean", alias: "s", description: "Only the static files" },
    yes: { type: "boolean", alias: "y", description: "Replace and remove data without asking" },
    "delete-tables": {
      type: "boolean",
      description: "Delete tables that leave the app, instead of keeping them in AWS",
    },
  },
  async run(args) {
    const mode = modeOf(args);
    const plugged = await pluggedProjectHere();
    const { project, plugins, environments } = plugged;
    const target = targetOf(project, args);
    const { stage } = target;
    const hooks = {
      dryRun: mode === "dry-run",
      stackname: stackNameOf(project.manifest.app, stage, target.name),
      stage,
    };
    const terminal = processTerminal();
    const { style, write, writeError } = terminal;
    const interrupted = (): void => {
      writeError("\nInterrupted. What AWS has begun goes on: run the same command again.\n");
      process.exit(interruptedCode);
    };
    if (mode !== "static") await plugins.deployBuilds(project, hooks);
    const built = mode === "static" ? [] : await buildAll(plugged);
    if (built === null) return 1;
    const archiver = createArchiver({ cacheDirectory: cacheDirectoryOf(project.root) });
    const progress = new DeployProgress(terminal);
    process.once("SIGINT", interrupted);
    try {
      // A plugin that deploys elsewhere gets the template; nothing is sent to AWS.
      let template: Template | null = null;
      const result = await deployApp(
        {
          project,
          built,
          archiver,
          ...target,
          mode: plugins.hasTarget && mode === "all" ? "dry-run" : mode,
          deletesTables: args["delete-tables"] === true,
          variables: environments[stage],
          extend: async (synthesized) =>
            (template = await plugins.deployStart(project, synthesized, hooks)),
          confirm: async (changes) => {
            progress.end();
            return args.yes === true || confirmDataLoss(changes, args["delete-tables"] === true);
          },
        },
        progress,
      );
      if (plugins.hasTarget && template !== null) await plugins.deployTo(project, template, hooks);
      await plugins.deployEnd(project, hooks);
      if (mode === "dry-run" || plugins.hasTarget) return 0;
      if (!result.isChanged) write(`${result.stackName} is up to date; nothing was uploaded\n`);
      for (const url of [result.cdnUrl, result.httpUrl, result.webSocketUrl])
        if (url !== null) write(`${style.green(url)}\n`);
      return 0;
    } finally {
      progress.end();
      process.off("SIGINT", interrupted);
      await archiver.close();
    }
  },
});

function modeOf(args: {
  readonly "dry-run"?: boolean | undefined;
  readonly fast?: boolean | undefined;
  readonly static?: boolean | undefined;
}): DeployOptions["mode"] {
  const modes = [
    ...(args["dry-run"] === true ? (["dry-run"] as const) : []),
    ...(args.fast === true ? (["code"] as const) : []),
    ...(args.static === true ? (["static"] as const) : []),
  ];
  if (modes.length > 1)
    throw new CliError("ERR_USAGE", "Give only one of --dry-run, --fast and --static");
  return modes[0] ?? "all";
}

/** The functions as they are deployed; null when one does not build, which is told. */
async function buildAll({
  project,
  runtimes,
}: PluggedProject): Promise<readonly BuiltFunction[] | null> {
  const { style, writeError } = processTerminal();
  const builder = createProjectBuilder(project, { runtimes: () => runtimes });
  try {
    const builds = new FunctionBuilds((declared) => builder.build(declared));
    const round = await builds.buildAll(project.functions, project.functions);
    if (round.diagnostics.length > 0)
      writeError(`${diagnosticsText(round.diagnostics, style.hasColor)}\n`);
    if (round.failed.length > 0) return null;
    return project.functions.flatMap(({ id }) => {
      const build = builds.get(id);
      return build.ok ? [build.built] : [];
    });
  } finally {
    await builder.close();
  }
}
