import { destroyApp, stackNameOf, type DestroyDecision, type DestroyPlan } from "@arclet/deploy";
import { defineCommand, type Command } from "../command.ts";
import { CliError } from "../errors.ts";
import { needDeployPackage } from "../scaffold/deploy-package.ts";
import { decideDestroy, destroyPlanText } from "../terminal/decide-destroy.ts";
import { DeployProgress } from "../terminal/deploy-progress.ts";
import { processTerminal } from "../terminal/style.ts";
import { projectHere, targetArgs, targetOf } from "./deploy-target.ts";

export const destroyCommand: Command = defineCommand({
  name: "destroy",
  description: "Remove the app from AWS",
  examples: ["arclet destroy", "arclet destroy --app my-app --force --backup"],
  args: {
    ...targetArgs,
    app: { type: "string", description: "The app's name, as confirmation without a prompt" },
    force: { type: "boolean", alias: "f", description: "Also delete tables and static files" },
    backup: { type: "boolean", description: "Back up tables that have items before deleting them" },
    now: { type: "boolean", description: "No effect: Arclet does not wait before it begins" },
    timeout: {
      type: "boolean",
      default: true,
      negativeDescription: "No effect: Arclet waits for CloudFormation as long as it takes",
    },
  },
  async run(args) {
    const project = await projectHere();
    const { app } = project.manifest;
    if (args.app === undefined && !process.stdin.isTTY)
      throw new CliError("ERR_USAGE", "destroy needs the app's name as confirmation", {
        hints: [`Without a terminal, pass it: --app ${app}`],
      });
    if (args.app !== undefined && args.app !== app)
      throw new CliError(
        "ERR_USAGE",
        `"${args.app}" is not the name of this app; nothing was removed`,
      );
    const elsewhere = await needDeployPackage(project.root);
    if (elsewhere !== null) return elsewhere;
    const terminal = processTerminal();
    const progress = new DeployProgress(terminal);
    const target = targetOf(project, args);
    const confirm = async (plan: DestroyPlan): Promise<DestroyDecision> => {
      progress.end();
      terminal.write(destroyPlanText(plan, terminal.style));
      if (args.app !== undefined) return args.backup === true ? "back-up-and-destroy" : "destroy";
      return decideDestroy(plan, app, args.backup === true);
    };
    try {
      await destroyApp({ ...target, force: args.force === true, confirm }, progress);
    } finally {
      progress.end();
    }
    terminal.write(`${stackNameOf(app, target.stage, target.name)} has been removed\n`);
    return 0;
  },
});
