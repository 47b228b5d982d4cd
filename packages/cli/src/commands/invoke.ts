import { defineCommand, type Command } from "../command.ts";
import { stateArgs, stateOptions } from "../dev/state-options.ts";
import { readEventFile } from "../invoke/event-file.ts";
import { runInvoke } from "../invoke/run-invoke.ts";
import { existingFolder } from "../project/project-folder.ts";
import { processTerminal } from "../terminal/style.ts";

export const invokeCommand: Command = defineCommand({
  name: "invoke",
  description: "Run one function once, and print what it returns",
  examples: ["arclet invoke scheduled/daily", "arclet invoke ws/default --event event.json"],
  args: {
    function: {
      type: "positional",
      required: false,
      description: "The function, as pragma and name: scheduled/daily",
    },
    folder: {
      type: "positional",
      required: false,
      description: "Folder of the app; the current folder by default",
    },
    event: {
      type: "string",
      alias: "e",
      valueHint: "file",
      description: "JSON file with the event; a sample event by default",
    },
    ...stateArgs,
    verbose: {
      type: "boolean",
      alias: "v",
      description: "Print Lambda's START, END and REPORT lines, and full stack traces",
    },
  },
  async run(args) {
    return runInvoke({
      root: await existingFolder(args.folder),
      functionId: args.function ?? null,
      event: args.event === undefined ? null : await readEventFile(args.event),
      isVerbose: args.verbose === true,
      state: await stateOptions(args.data, args.dynamodb),
      terminal: processTerminal(),
    });
  },
});
