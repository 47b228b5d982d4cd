import type { ArgDef, ArgsDef } from "citty";
import { didYouMean } from "@arclet/manifest";
import { CliError } from "./errors.ts";

/**
 * Refuses what citty would accept: unknown flags, flags without their value, and extra arguments.
 * A mistyped flag must not be silently ignored.
 */
export function checkArguments(
  rawArguments: readonly string[],
  command: string,
  args: ArgsDef,
): void {
  const flags = flagTable(args);
  const isVariadic = Object.values(args).some((arg) => isRest(arg));
  const places = Object.values(args).filter((arg) => arg.type === "positional").length;
  let words = 0;
  for (let index = 0; index < rawArguments.length; index++) {
    const argument = rawArguments[index] ?? "";
    if (argument === "--") break;
    if (!argument.startsWith("-") || argument === "-") {
      words++;
      if (words > places && !isVariadic) {
        throw new CliError("ERR_USAGE", `arclet ${command}: unexpected argument "${argument}"`, {
          hints: [`See "arclet ${command} --help".`],
        });
      }
      continue;
    }
    const name = argument.split("=", 1)[0] ?? argument;
    const arg = flags.get(name);
    if (arg === undefined) throw unknownFlag(name, command, [...flags.keys()]);
    if (arg.type === "boolean" || hasOptionalValue(arg)) continue;
    if (argument.includes("=")) {
      checkChoice(name, argument.slice(name.length + 1), arg);
      continue;
    }
    const value = rawArguments[index + 1];
    if (value === undefined || value.startsWith("-")) {
      throw new CliError("ERR_USAGE", `arclet ${command}: ${name} needs a value`, {
        hints: [`See "arclet ${command} --help".`],
      });
    }
    checkChoice(name, value, arg);
    index++;
  }
}

function checkChoice(flag: string, value: string, arg: ArgDef): void {
  if (arg.type !== "enum" || arg.options?.includes(value) !== false) return;
  const suggestion = didYouMean(value, arg.options);
  throw new CliError("ERR_USAGE", `${flag}: "${value}" is not one of ${arg.options.join(", ")}`, {
    hints: suggestion === null ? [] : [`Did you mean ${suggestion}?`],
  });
}

/** Every spelling of every flag: `--port`, `-p`, `--no-watch`. */
export function flagTable(args: ArgsDef): ReadonlyMap<string, ArgDef> {
  const table = new Map<string, ArgDef>();
  for (const [name, arg] of Object.entries(args)) {
    if (arg.type === "positional") continue;
    const isNegative = arg.type === "boolean" && arg.default === true;
    table.set(isNegative ? `--no-${name}` : `--${name}`, arg);
    for (const alias of aliasesOf(arg))
      table.set(alias.length === 1 ? `-${alias}` : `--${alias}`, arg);
  }
  return table;
}

/** Whether the flag's value is optional: `--inspect` or `--inspect=9230`, but not `--inspect 9230`, which could be a folder. */
export function hasOptionalValue(arg: ArgDef): boolean {
  return arg.type === "string" && arg.valueHint?.startsWith("[=") === true;
}

/** Appends `=` to flags with an optional value, so that the next word is not read as the value. */
export function withOptionalValues(rawArguments: readonly string[], args: ArgsDef): string[] {
  const flags = flagTable(args);
  return rawArguments.map((argument) => {
    const arg = flags.get(argument);
    return arg !== undefined && hasOptionalValue(arg) ? `${argument}=` : argument;
  });
}

export function aliasesOf(arg: ArgDef): readonly string[] {
  if (!("alias" in arg) || arg.alias === undefined) return [];
  return typeof arg.alias === "string" ? [arg.alias] : arg.alias;
}

/** Whether a positional takes any number of words, such as `files`. */
function isRest(arg: ArgDef): boolean {
  return arg.type === "positional" && arg.valueHint === "...";
}

function unknownFlag(flag: string, command: string, known: readonly string[]): CliError {
  const suggestion = didYouMean(flag, [...known, "--help"]);
  return new CliError("ERR_USAGE", `arclet ${command}: unknown flag ${flag}`, {
    hints: [
      suggestion === null ? `See "arclet ${command} --help".` : `Did you mean ${suggestion}?`,
    ],
  });
}
