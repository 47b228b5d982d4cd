import { describeApp } from "@arclet/deploy";
import { defineCommand, type Command } from "../command.ts";
import { needDeployPackage } from "../scaffold/deploy-package.ts";
import { processTerminal } from "../terminal/style.ts";
import { jsonArgs, projectHere, targetArgs, targetOf, writeJson } from "./deploy-target.ts";

export const infoCommand: Command = defineCommand({
  name: "info",
  description: "Show URLs, status, protection and functions of the app on AWS",
  examples: ["arclet info", "arclet info --production --json"],
  args: { ...targetArgs, ...jsonArgs },
  async run(args) {
    const project = await projectHere();
    const elsewhere = await needDeployPackage(project.root);
    if (elsewhere !== null) return elsewhere;
    const app = await describeApp(targetOf(project, args));
    if (args.json === true) {
      writeJson(app);
      return 0;
    }
    const { write, style } = processTerminal();
    write(`${app.stackName}  ${app.status}  ${app.lastDeploy?.toISOString() ?? ""}\n`);
    if (app.app !== null && app.app !== project.manifest.app)
      write(style.yellow(`This stack belongs to the app "${app.app}"\n`));
    write(`termination protection ${app.isProtected ? "on" : "off"}\n`);
    for (const url of [app.cdnUrl, app.httpUrl, app.webSocketUrl])
      if (url !== null) write(`${style.green(url)}\n`);
    for (const { id, lambdaName } of app.functions) write(`${id}  ${style.dim(lambdaName)}\n`);
    return 0;
  },
});
