import { describeApp } from "@arclet/deploy";
import { defineCommand, type Command } from "../command.ts";
import { processTerminal } from "../terminal/style.ts";
import { projectHere, targetArgs, targetOf } from "./deploy-target.ts";

export const infoCommand: Command = defineCommand({
  name: "info",
  description: "Show URLs, functions and the last deploy of the app on AWS",
  examples: ["arclet info", "arclet info --production"],
  args: targetArgs,
  async run(args) {
    const app = await describeApp(targetOf(await projectHere(), args));
    const { write, style } = processTerminal();
    write(`${app.stackName}  ${app.status}  ${app.lastDeploy?.toISOString() ?? ""}\n`);
    for (const url of [app.cdnUrl, app.httpUrl, app.webSocketUrl])
      if (url !== null) write(`${style.green(url)}\n`);
    for (const { id, lambdaName } of app.functions) write(`${id}  ${style.dim(lambdaName)}\n`);
    return 0;
  },
});
