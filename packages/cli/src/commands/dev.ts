import { defineCommand, type Command } from "../command.ts";
import { runDev } from "../dev/run-dev.ts";
import { inspectAddressOf } from "../dev/inspect-option.ts";
import { networkArgs, networkOptions } from "../dev/network-options.ts";
import { portOf } from "../dev/ports/port-option.ts";
import { stateArgs, stateOptions } from "../dev/state-options.ts";
import { writeMissingFunctions } from "../scaffold/init-project.ts";
import { existingFolder } from "../project/project-folder.ts";
import type { Detail } from "../terminal/reporter.ts";
import { processTerminal } from "../terminal/style.ts";

export const devCommand: Command = defineCommand({
  name: "dev",
  description: "Run the app locally, and reload it on every save",
  examples: [
    "arclet dev",
    "arclet dev my-app --port 8080 --open",
    "arclet dev --data .arclet/data",
    "arclet dev --host 0.0.0.0 --https",
  ],
  args: {
    folder: {
      type: "positional",
      required: false,
      description: "Folder of the app; the current folder by default",
    },
    port: { type: "string", alias: "p", description: "Port to listen on; 3333 by default" },
    host: {
      type: "string",
      alias: "h",
      description: "Address to listen on; localhost by default, 0.0.0.0 for the whole network",
    },
    open: { type: "boolean", alias: "o", description: "Open the browser" },
    quiet: { type: "boolean", alias: "q", description: "Print only errors and the URL" },
    verbose: {
      type: "boolean",
      alias: "v",
      description: "Also print every invocation and outgoing message",
    },
    debug: {
      type: "boolean",
      alias: "d",
      description: "Same as --verbose, with full stack traces",
    },
    inspect: {
      type: "string",
      valueHint: "[=host:port]",
      description:
        "Let a debugger attach to functions, and disable timeouts; 127.0.0.1:9229 by default",
    },
    ...networkArgs,
    ...stateArgs,
    watch: {
      type: "boolean",
      default: true,
      negativeDescription: "Do not reload when files change",
    },
  },
  async run(args) {
    const { env } = process;
    const root = await existingFolder(args.folder);
    const isDebug = args.debug === true;
    const isQuiet = args.quiet ?? (isOn(env["ARC_QUIET"]) || isOn(env["QUIET"]));
    const isVerbose = isDebug || args.verbose === true;
    const detail: Detail = isVerbose ? "verbose" : isQuiet ? "quiet" : "normal";
    return runDev({
      writeMissing: writeMissingFunctions,
      root,
      port: portOf(args.port, env),
      host: args.host ?? env["ARC_HOST"] ?? null,
      opensBrowser: args.open === true,
      watches: args.watch,
      detail,
      isDebug,
      inspect: inspectAddressOf(args.inspect),
      network: await networkOptions(root, {
        allowOrigin: args["allow-origin"],
        publicUrl: args["public-url"],
        https: args.https,
        cert: args.cert,
        key: args.key,
      }),
      state: await stateOptions(args.data, args.dynamodb),
      terminal: processTerminal(),
    });
  },
});

function isOn(value: string | undefined): boolean {
  return value !== undefined && value !== "" && value !== "0" && value !== "false";
}
