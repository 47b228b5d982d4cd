import { destroyApp, stackNameOf } from "@arclet/deploy";
import { isCancel, text } from "@clack/prompts";
import { defineCommand, type Command } from "../command.ts";
import { CliError } from "../errors.ts";
import { DeployProgress } from "../terminal/deploy-progress.ts";
import { processTerminal } from "../terminal/style.ts";
import { projectHere, targetArgs, targetOf } from "./deploy-target.ts";

export const destroyCommand: Command = defineCommand({
  name: "destroy",
  description: "Remove the app from AWS",
  examples: ["arclet destroy", "arclet destroy --app my-app --force"],
  args: {
    ...targetArgs,
    app: { type: "string", description: "The app's name, instead of typing it when asked" },
    force: { type: "boolean", alias: "f", description: "Tables and static files too" },
  },
  async run(args) {
    const project = await projectHere();
    const { app } = project.manifest;
    const typed = args.app ?? (await askName(app));
    if (typed !== app)
      throw new CliError(
        "ERR_USAGE",
        `"${typed}" is not the name of this app; nothing was removed`,
      );
    const terminal = processTerminal();
    const progress = new DeployProgress(terminal);
    const target = targetOf(project, args);
    try {
      await destroyApp({ ...target, force: args.force === true }, progress);
    } finally {
      progress.end();
    }
    terminal.write(`${stackNameOf(app, target.stage, target.name)} is removed\n`);
    return 0;
  },
});

async function askName(app: string): Promise<string> {
  if (!process.stdin.isTTY)
    throw new CliError("ERR_USAGE", "destroy asks for the app's name", {
      hints: [`Without a terminal, give it: --app ${app}`],
    });
  const typed = await text({ message: `Type the app's name (${app}) to remove it from AWS` });
  return isCancel(typed) ? "" : typed;
}
