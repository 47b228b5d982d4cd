import { zipDirectory } from "@arclet/build";
import { deployApp, stackNameOf, type DeployEvent, type StackChange } from "@arclet/deploy";
import { confirm, isCancel } from "@clack/prompts";
import { defineCommand, type Command } from "../command.ts";
import { FunctionBuilds } from "../dev/function-builds.ts";
import { createProjectBuilder } from "../dev/project-builder.ts";
import { CliError } from "../errors.ts";
import { diagnosticsText } from "../terminal/diagnostics-text.ts";
import { processTerminal, type Style } from "../terminal/style.ts";
import { pluggedProjectHere, targetArgs, targetOf } from "./deploy-target.ts";

/** Exit code of a program that SIGINT ended, as shells have it. */
const interruptedCode = 130;

export const deployCommand: Command = defineCommand({
  name: "deploy",
  description: "Deploy the app to AWS",
  examples: ["arclet deploy", "arclet deploy --production", "arclet deploy --dry-run"],
  args: {
    ...targetArgs,
    "dry-run": {
      type: "boolean",
      description: "Write template and archives to .arclet/deploy, upload nothing",
    },
    fast: { type: "boolean", alias: "f", description: "Only the code of the functions" },
    static: { type: "boolean", alias: "s", description: "Only the static files" },
    yes: { type: "boolean", alias: "y", description: "Replace and remove data without asking" },
    "ws-access-logs": { type: "boolean", description: "Log each WebSocket request" },
  },
  async run(args) {
    const modes = [args["dry-run"], args.fast, args.static].filter((flag) => flag === true);
    if (modes.length > 1)
      throw new CliError("ERR_USAGE", "Give only one of --dry-run, --fast and --static");
    const { project, plugins, environments, runtimes } = await pluggedProjectHere();
    const target = targetOf(project, args);
    const { stage } = target;
    const dryRun = args["dry-run"] === true;
    const { style, write, writeError } = processTerminal();
    const stackname = stackNameOf(project.manifest.app, stage, target.name);
    await plugins.deployBuilds(project, { dryRun, stackname, stage });
    const builder = createProjectBuilder(project, { runtimes: () => runtimes });
    const interrupted = (): void => {
      writeError("\nInterrupted. What AWS has begun goes on: run the same command again.\n");
      process.exit(interruptedCode);
    };
    const builds = new FunctionBuilds((declared) => builder.build(declared));
    try {
      const round = await builds.buildAll(project.functions, project.functions);
      if (round.diagnostics.length > 0)
        writeError(`${diagnosticsText(round.diagnostics, style.hasColor)}\n`);
      if (round.failed.length > 0) return 1;
      const built = project.functions.flatMap(({ id }) => {
        const build = builds.get(id);
        return build.ok ? [build.built] : [];
      });
      process.once("SIGINT", interrupted);
      const result = await deployApp(
        {
          project,
          built,
          zip: zipDirectory,
          ...target,
          mode: dryRun
            ? "dry-run"
            : args.fast === true
              ? "code"
              : args.static === true
                ? "static"
                : "all",
          variables: environments[stage],
          extend: (template) =>
            plugins.deployStart(project, template, { dryRun, stackname, stage }),
          webSocketAccessLogs: args["ws-access-logs"] === true,
          confirm: (changes) => (args.yes === true ? Promise.resolve(true) : askFor(changes)),
        },
        { report: (event) => write(lineOf(event, style)) },
      );
      await plugins.deployEnd(project, { dryRun, stackname, stage });
      if (dryRun) return 0;
      if (!result.isChanged) write(`${result.stackName} is up to date; nothing was uploaded\n`);
      for (const url of [result.cdnUrl, result.httpUrl, result.webSocketUrl])
        if (url !== null) write(`${style.green(url)}\n`);
      return 0;
    } finally {
      process.off("SIGINT", interrupted);
      await builder.close();
    }
  },
});

async function askFor(changes: readonly StackChange[]): Promise<boolean> {
  const what = changes.map(({ action, label, logicalId }) => `${action} ${label ?? logicalId}`);
  // Nobody is there to ask: what would lose data is not done.
  if (!process.stdin.isTTY)
    throw new CliError("ERR_USAGE", `This deploy would ${what.join(", ")}`, {
      hints: ["These hold data. Give --yes to go on without being asked."],
    });
  const answer = await confirm({
    message: `These hold data: ${what.join(", ")}. Go on?`,
    initialValue: false,
  });
  return !isCancel(answer) && answer;
}

/** What an event looks like; empty for what is not worth a line. */
function lineOf(event: DeployEvent, style: Style): string {
  switch (event.type) {
    case "packaged":
      return `packaged  ${event.functionId}  ${style.dim(`${kilobytes(event.zipBytes)}, ${kilobytes(event.unzippedBytes)} unzipped`)}\n`;
    case "uploaded":
      return `uploaded  ${event.what}  ${style.dim(kilobytes(event.bytes))}\n`;
    case "up-to-date":
      return "";
    case "waiting":
      return `${event.stackName} is in ${event.status}; waiting for it\n`;
    case "overtaken":
      return `another deploy changed ${event.stackName} first; looking again\n`;
    case "cleaning":
      return `removing ${event.stackName} first: ${event.reason}\n`;
    case "difference":
      return event.changes
        .map(({ action, label, logicalId, type }) => {
          return `${action.padEnd(9)} ${label ?? logicalId}  ${style.dim(type)}\n`;
        })
        .join("");
    case "resource":
      return event.status.endsWith("_IN_PROGRESS")
        ? ""
        : `${event.status.toLowerCase().replaceAll("_", " ")}  ${event.label ?? event.logicalId}  ${style.dim(event.resourceType)}\n`;
    case "rolling-back":
      return `${style.red("rolling back")}: ${event.reason}\n`;
    case "code-updated":
      return `updated   ${event.functionId}\n`;
    case "static-file":
      return `${event.action.padEnd(9)} ${event.key}\n`;
    default:
      return [
        ...Object.entries(event.counts).map(
          ([type, count]) => `${String(count).padStart(4)}  ${type}`,
        ),
        ...event.permissions.flatMap(({ functionId, allowed, managedPolicies }) => [
          `${functionId} may`,
          ...allowed.map(
            ({ actions, on }) => `  ${actions.join(", ")} ${style.dim(`on ${on.join(", ")}`)}`,
          ),
          ...managedPolicies.map((policy) => `  what ${policy} allows`),
        ]),
        `written to ${event.folder}`,
        "",
      ].join("\n");
  }
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} kB`;
}
