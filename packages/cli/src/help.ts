import type { ArgDef, ArgsDef } from "citty";
import { aliasesOf, hasOptionalValue } from "./check-arguments.ts";
import type { Command } from "./command.ts";
import type { Style, Terminal } from "./terminal/style.ts";

type HelpTerminal = Pick<Terminal, "style" | "columns">;

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
  { style, columns }: HelpTerminal,
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
      columns,
    ),
    "",
    style.bold("Flags"),
    ...table(
      [
        { left: "--help", right: "Explain a command: arclet dev --help" },
        { left: "--version", right: "Print the version" },
      ],
      style,
      columns,
    ),
    "",
  ].join("\n");
}

/** Text of `arclet <command> --help`. */
export function renderCommandHelp(command: Command, { style, columns }: HelpTerminal): string {
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
    lines.push(style.bold("Arguments"), ...table(rows, style, columns), "");
  }
  lines.push(style.bold("Flags"), ...table([...flagRows(flags), helpRow], style, columns), "");
  if (command.examples.length > 0) {
    lines.push(style.bold("Examples"), ...command.examples.map((line) => `  ${line}`), "");
  }
  return lines.join("\n");
}

const helpRow: Row = { left: "    --help", right: "Print this help" };

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

/** Descriptions narrower than this would be hard to read: the terminal wraps the lines instead. */
const narrowest = 24;

function table(rows: readonly Row[], style: Style, columns: number | null): readonly string[] {
  const width = Math.max(...rows.map(({ left }) => left.length));
  const room = columns === null ? Infinity : columns - width - 4;
  return rows.flatMap(({ left, right }) => {
    const [first = "", ...rest] = room < narrowest ? [right] : wrapped(right, room);
    return [
      `  ${style.cyan(left.padEnd(width))}  ${first}`,
      ...rest.map((line) => `${" ".repeat(width + 4)}${line}`),
    ];
  });
}

/** The lines of a text that is broken between words. */
function wrapped(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > columns) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}
