import { text } from "node:stream/consumers";
import { manageEnv, type EnvironmentAction } from "@arclet/deploy";
import { isCancel, password } from "@clack/prompts";
import { defineCommand, type Command } from "../command.ts";
import { CliError } from "../errors.ts";
import { needDeployPackage } from "../scaffold/deploy-package.ts";
import { processTerminal } from "../terminal/style.ts";
import { jsonArgs, projectHere, targetArgs, targetOf, writeJson } from "./deploy-target.ts";

export const envCommand: Command = defineCommand({
  name: "env",
  description: "List, add or remove environment variables of the deployed functions",
  examples: ["arclet env", "arclet env --add API_KEY", "arclet env --remove API_KEY"],
  args: {
    ...targetArgs,
    ...jsonArgs,
    add: { type: "string", alias: "a", description: "Name to add" },
    env: {
      type: "enum",
      alias: "e",
      options: ["testing", "staging", "production"],
      description: "Environment, by Architect's name",
    },
    remove: { type: "string", alias: "r", description: "Name to remove" },
    value: {
      type: "positional",
      required: false,
      description: "Value for --add; without it, Arclet prompts for it or reads standard input",
    },
  },
  async run(args) {
    if (args.add !== undefined && args.remove !== undefined)
      throw new CliError("ERR_USAGE", "Give only one of --add and --remove");
    if (args.env === "testing")
      throw new CliError("ERR_USAGE", "Variables of the local app are not kept in AWS", {
        hints: ["Write them to .env, or under @env in the preferences."],
      });
    if (args.env === "staging" && args.production === true)
      throw new CliError("ERR_USAGE", "Give only one of --env staging and --production");
    const project = await projectHere();
    const elsewhere = await needDeployPackage(project.root);
    if (elsewhere !== null) return elsewhere;
    const action = await actionOf(args.add, args.value, args.remove);
    const names = await manageEnv(
      targetOf(project, { ...args, production: args.env === "production" || args.production }),
      action,
    );
    if (args.json === true) {
      writeJson({ names });
      return 0;
    }
    const { write } = processTerminal();
    for (const name of names) write(`${name}\n`);
    if (names.length === 0) write("No environment variables are set\n");
    if (action.type !== "list") write("Run `arclet deploy` to apply this to the functions\n");
    return 0;
  },
});

async function actionOf(
  add: string | undefined,
  value: string | undefined,
  remove: string | undefined,
): Promise<EnvironmentAction> {
  if (remove !== undefined) return { type: "remove", name: remove };
  if (add === undefined) return { type: "list" };
  return { type: "add", name: add, value: value ?? (await secretOf(add)) };
}

/** Reads a value without putting it into the shell's history. */
async function secretOf(name: string): Promise<string> {
  const given = process.stdin.isTTY
    ? await password({ message: `Value of ${name}` })
    : // Remove the newline that the shell adds.
      (await text(process.stdin)).replace(/\r?\n$/, "");
  if (isCancel(given) || given === "")
    throw new CliError("ERR_USAGE", `--add ${name} needs a value. Nothing was set`);
  return given;
}
