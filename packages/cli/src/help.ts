import type { ArgDef, ArgsDef } from "citty";
import { aliasesOf, hasOptionalValue } from "./check-arguments.ts";
import type { Command } from "./command.ts";
import type { Style } from "./terminal/style.ts";

interface Row {
  readonly left: string;
  readonly right: string;
}

export interface CommandSummary {
  readonly name: string;
  readonly description: string;
}

/** Text of `arclet --help`. */
export function renderOverview(
  version: string,
  commands: readonly CommandSummary[],
  style: Style,
): string {
  return [
    `${style.bold("arclet")} ${style.dim(version)}  real-time apps composed of fast, tiny functions`,
    "",
    `${style.bold("Usage")}  arclet <command> [folder] [flags]`,
    "",
    style.bold("Commands"),
    ...table(
      commands.map(({ name, description }) => ({ left: name, right: description })),
      style,
    ),
    "",
    style.bold("Flags"),
    ...table(
      [
        { left: "--help", right: "Explain a command: arclet dev --help" },
        { left: "--version", right: "Print the version" },
      ],
      style,
    ),
    "",
  ].join("\n");
}

/** Text of `arclet <command> --help`. */
export function renderCommandHelp(command: Command, style: Style): string {
  const positionals = Object.entries(command.args).filter(([, arg]) => arg.type === "positional");
  const flags = Object.entries(command.args).filter(([, arg]) => arg.type !== "positional");
  const words = positionals.map(([name, arg]) => `[${name}${arg.valueHint ?? ""}]`);
  const lines = [
    command.description,
    "",
    `${style.bold("Usage")}  ${["arclet", command.name, ...words, "[flags]"].join(" ")}`,
    "",
  ];
  if (positionals.length > 0) {
    const rows = positionals.map(([name, arg]) => ({ left: name, right: arg.description ?? "" }));
    lines.push(style.bold("Arguments"), ...table(rows, style), "");
  }
  lines.push(style.bold("Flags"), ...table([...flagRows(flags), helpRow], style), "");
  if (command.examples.length > 0) {
    lines.push(style.bold("Examples"), ...command.examples.map((line) => `  ${line}`), "");
  }
  return lines.join("\n");
}

const helpRow: Row = { left: "    --help", right: "Print this" };

function flagRows(flags: readonly (readonly [string, ArgsDef[string]])[]): readonly Row[] {
  return flags.map(([name, arg]) => ({ left: flagLabel(name, arg), right: flagText(arg) }));
}

function flagLabel(name: string, arg: ArgDef): string {
  const short = aliasesOf(arg).find((alias) => alias.length === 1);
  const isNegative = arg.type === "boolean" && arg.default === true;
  const value = hasOptionalValue(arg)
    ? (arg.valueHint ?? "")
    : arg.type === "boolean"
      ? ""
      : ` <${arg.valueHint ?? name}>`;
  return `${short === undefined ? "    " : `-${short}, `}--${isNegative ? "no-" : ""}${name}${value}`;
}

function flagText(arg: ArgDef): string {
  if (arg.type === "boolean" && arg.default === true) {
    return arg.negativeDescription ?? arg.description ?? "";
  }
  return arg.description ?? "";
}

function table(rows: readonly Row[], style: Style): readonly string[] {
  const width = Math.max(...rows.map(({ left }) => left.length));
  return rows.map(({ left, right }) => `  ${style.cyan(left.padEnd(width))}  ${right}`);
}
