import { manageEnv, type EnvironmentAction } from "@arclet/deploy";
import { defineCommand, type Command } from "../command.ts";
import { CliError } from "../errors.ts";
import { processTerminal } from "../terminal/style.ts";
import { projectHere, targetArgs, targetOf } from "./deploy-target.ts";

export const envCommand: Command = defineCommand({
  name: "env",
  description: "List, add and remove environment variables of the deployed functions",
  examples: ["arclet env", "arclet env --add API_KEY value", "arclet env --remove API_KEY"],
  args: {
    ...targetArgs,
    add: { type: "string", alias: "a", description: "Name to add; its value is the next word" },
    remove: { type: "string", alias: "r", description: "Name to remove" },
    value: { type: "positional", required: false, description: "Value of --add" },
  },
  async run(args) {
    const project = await projectHere();
    const action = actionOf(args.add, args.value, args.remove);
    const names = await manageEnv(targetOf(project, args), action);
    const { write } = processTerminal();
    for (const name of names) write(`${name}\n`);
    if (names.length === 0) write("No environment variables are set\n");
    if (action.type !== "list") write("The next `arclet deploy` brings this to the functions\n");
    return 0;
  },
});

function actionOf(
  add: string | undefined,
  value: string | undefined,
  remove: string | undefined,
): EnvironmentAction {
  if (add !== undefined && remove !== undefined)
    throw new CliError("ERR_USAGE", "Give only one of --add and --remove");
  if (remove !== undefined) return { type: "remove", name: remove };
  if (add === undefined) return { type: "list" };
  if (value === undefined || value === "")
    throw new CliError("ERR_USAGE", `--add ${add} needs a value: arclet env --add ${add} VALUE`);
  return { type: "add", name: add, value };
}
