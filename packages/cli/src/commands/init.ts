import { relative } from "node:path";
import { defineCommand, type Command } from "../command.ts";
import { runWords } from "../scaffold/missing-packages.ts";
import { initProject, isNewApp, type InitResult } from "../scaffold/init-project.ts";
import { askForApp, askForLanguage } from "../scaffold/ask-for-app.ts";
import type { Language } from "../scaffold/templates.ts";
import { processTerminal, type Terminal } from "../terminal/style.ts";

export const initCommand: Command = defineCommand({
  name: "init",
  description: "Write a new app, or the functions missing from an existing one",
  examples: [
    "npm create arclet my-app",
    "arclet init my-app --typescript",
    "arclet init               # in a folder with a manifest: adds what is missing",
  ],
  args: {
    folder: {
      type: "positional",
      required: false,
      description: "Folder of the app, created if missing; the current folder by default",
    },
    typescript: { type: "boolean", description: "Write TypeScript" },
    name: {
      type: "string",
      alias: "n",
      description: "Name of the app; the folder's name by default",
    },
    agents: {
      type: "boolean",
      default: true,
      description: "Write AGENTS.md, for coding assistants",
      negativeDescription: "Do not write AGENTS.md, which coding assistants read",
    },
  },
  async run(args) {
    const terminal = processTerminal();
    const isBare =
      args.folder === undefined && args.typescript === undefined && args.name === undefined;
    const answers = isBare && terminal.isInteractive ? await askForApp(process.cwd()) : null;
    if (answers === "cancelled") return 1;
    const given: Language | null =
      args.typescript === undefined ? null : args.typescript ? "typescript" : "javascript";
    const asksForLanguage =
      !isBare && given === null && terminal.isInteractive && (await isNewApp(args.folder ?? "."));
    const language = asksForLanguage ? await askForLanguage() : given;
    if (language === "cancelled") return 1;
    const result = await initProject({
      folder: answers?.folder ?? args.folder ?? ".",
      language: answers?.language ?? language,
      name: args.name ?? null,
      hasAgents: args.agents,
    });
    terminal.write(describeResult(result, terminal));
    return 0;
  },
});

function describeResult(result: InitResult, { style }: Terminal): string {
  const lines = result.files.map(({ path, isNew }) =>
    isNew ? `  ${style.green("wrote")}  ${path}` : `  ${style.dim(`kept   ${path}`)}`,
  );
  for (const { functionId, runtime } of result.skipped) {
    lines.push(
      `  ${style.yellow("skipped")}  ${functionId}: write its ${runtime} handler yourself`,
    );
  }
  if (result.files.every(({ isNew }) => !isNew)) {
    lines.push("", "Nothing is missing: every function in the manifest exists.");
  }
  const folder = relative(process.cwd(), result.root);
  lines.push("", style.bold("Next"));
  if (folder !== "") lines.push(`  cd ${/\s/.test(folder) ? `"${folder}"` : folder}`);
  lines.push(...result.installCommands.map((command) => `  ${command}`));
  lines.push(`  ${runWords[result.packageManager]} arclet dev`, "");
  return `${lines.join("\n")}\n`;
}
