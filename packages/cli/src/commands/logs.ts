import { tailLogs } from "@arclet/deploy";
import { defineCommand, type Command } from "../command.ts";
import { CliError } from "../errors.ts";
import { needDeployPackage } from "../scaffold/deploy-package.ts";
import { processTerminal } from "../terminal/style.ts";
import { jsonArgs, projectHere, targetArgs, targetOf } from "./deploy-target.ts";

const hourMilliseconds = 3_600_000;

export const logsCommand: Command = defineCommand({
  name: "logs",
  description: "Show the deployed functions' logs of the last hour",
  examples: ["arclet logs", "arclet logs ws/default --follow"],
  args: {
    ...targetArgs,
    ...jsonArgs,
    function: {
      type: "positional",
      required: false,
      description: "Show only this function: ws/default",
    },
    destroy: { type: "boolean", description: "Not supported: logs expire after `logRetention`" },
    follow: { type: "boolean", description: "Keep following until Ctrl-C" },
  },
  async run(args) {
    if (args.destroy === true)
      throw new CliError("ERR_USAGE", "arclet logs does not delete logs", {
        hints: [
          "They expire after 30 days, or after `logRetention` under @aws.",
          "To delete them with the whole app, run: arclet destroy",
        ],
      });
    const project = await projectHere();
    const elsewhere = await needDeployPackage(project.root);
    if (elsewhere !== null) return elsewhere;
    const { style, write } = processTerminal();
    const interrupt = new AbortController();
    const stop = (): void => interrupt.abort();
    process.once("SIGINT", stop);
    try {
      await tailLogs(
        {
          ...targetOf(project, args),
          functionId: args.function ?? null,
          since: Date.now() - hourMilliseconds,
          follow: args.follow === true,
          signal: interrupt.signal,
        },
        ({ functionId, timestamp, message }) => {
          const time = new Date(timestamp).toISOString();
          if (args.json === true)
            write(`${JSON.stringify({ functionId, time, timestamp, message })}\n`);
          else write(`${style.dim(`${time} ${functionId}`)} ${message}\n`);
        },
      );
      return 0;
    } finally {
      process.off("SIGINT", stop);
    }
  },
});
