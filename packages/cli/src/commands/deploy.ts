import { createArchiver } from "@arclet/builder";
import { deployApp, planApp, rollBack, stackNameOf, type Template } from "@arclet/deploy";
import { defineCommand, type Command } from "../command.ts";
import { buildForDeploy } from "./build-for-deploy.ts";
import { cacheDirectoryOf } from "../project/project-folder.ts";
import { needDeployPackage } from "../scaffold/deploy-package.ts";
import { confirmAdoption } from "../terminal/confirm-adoption.ts";
import { confirmDataLoss } from "../terminal/confirm-data-loss.ts";
import { DeployProgress } from "../terminal/deploy-progress.ts";
import { planText } from "../terminal/plan-text.ts";
import { deployArgs, functionsOf, modeOf, prunedProject, tagsOf } from "./deploy-arguments.ts";
import {
  jsonArgs,
  pluggedProjectHere,
  targetArgs,
  targetOf,
  terminalFor,
  writeJson,
} from "./deploy-target.ts";

/** 128 + SIGINT, the exit code shells use. */
const interruptedCode = 130;
/** Exit code of `--plan` when a deploy would change something. */
const changesCode = 2;

export const deployCommand: Command = defineCommand({
  name: "deploy",
  description: "Deploy the app to AWS",
  examples: [
    "arclet deploy",
    "arclet deploy --production",
    "arclet deploy --plan",
    "arclet deploy --rollback",
  ],
  args: { ...targetArgs, ...jsonArgs, ...deployArgs },
  async run(args) {
    const mode = modeOf(args);
    const tags = tagsOf(args);
    const plugged = await pluggedProjectHere();
    const { plugins, environments } = plugged;
    const project = args.prune === true ? prunedProject(plugged.project) : plugged.project;
    const only = functionsOf(project, args);
    const target = targetOf(project, args);
    const { stage } = target;
    const hooks = {
      dryRun: mode === "dry-run" || mode === "plan",
      stackname: stackNameOf(project.manifest.app, stage, target.name),
      stage,
    };
    const terminal = terminalFor(args.json);
    const { style, write, writeError } = terminal;
    const progress = new DeployProgress(terminal, {
      isVerbose: args.verbose === true,
      isQuiet: mode === "plan",
    });
    const confirm = async (changes: Parameters<typeof confirmDataLoss>[0]): Promise<boolean> => {
      progress.end();
      return args.yes === true || confirmDataLoss(changes, args["delete-tables"] === true);
    };
    const interrupted = (): void => {
      writeError(
        "\nInterrupted. AWS continues what it has begun. Run the same command again to follow it.\n",
      );
      process.exit(interruptedCode);
    };
    const archiver = createArchiver({ cacheDirectory: cacheDirectoryOf(project.root) });
    process.once("SIGINT", interrupted);
    try {
      const needsCode = mode !== "static" && mode !== "rollback";
      if (needsCode) await plugins.deployBuilds(project, hooks);
      const built = needsCode ? await buildForDeploy(plugged) : [];
      if (built === null) return 1;
      const hasOwnTarget = plugins.hasTarget && mode === "all";
      if (mode !== "dry-run" && !hasOwnTarget) {
        const elsewhere = await needDeployPackage(project.root);
        if (elsewhere !== null) return elsewhere;
      }
      // If a plugin deploys the app elsewhere, it gets the template and nothing is sent to AWS.
      let template: Template | null = null;
      const options = {
        ...target,
        project,
        built,
        archiver,
        tags,
        variables: environments[stage],
        extend: async (synthesized: Template) =>
          (template = await plugins.deployStart(project, synthesized, hooks)),
      };
      if (mode === "plan") {
        const plan = await planApp(options, progress);
        if (args.json === true) writeJson(plan);
        else write(planText(plan, style));
        return plan.hasChanges ? changesCode : 0;
      }
      const result =
        mode === "rollback"
          ? await rollBack({ ...target, confirm }, progress)
          : await deployApp(
              {
                ...options,
                mode: hasOwnTarget ? "dry-run" : mode,
                only,
                deletesTables: args["delete-tables"] === true,
                confirm,
                confirmAdoption: async (changes) => {
                  progress.end();
                  return (
                    args.adopt === true || confirmAdoption(changes, project.manifest.app, terminal)
                  );
                },
              },
              progress,
            );
      if (hasOwnTarget && template !== null) await plugins.deployTo(project, template, hooks);
      if (mode !== "rollback") await plugins.deployEnd(project, hooks);
      if (args.json === true) writeJson(result);
      if (mode === "dry-run" || hasOwnTarget) return 0;
      if (!result.isChanged) write(`${result.stackName} is up to date; nothing was uploaded\n`);
      for (const url of [result.cdnUrl, result.httpUrl, result.webSocketUrl])
        if (url !== null) write(`${style.green(url)}\n`);
      for (const record of result.dnsRecords) write(`DNS record to make: ${record}\n`);
      return 0;
    } finally {
      progress.end();
      process.off("SIGINT", interrupted);
      await archiver.close();
    }
  },
});
