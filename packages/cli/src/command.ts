import { parseArgs, type ArgsDef, type ParsedArgs } from "citty";
import { checkArguments, withOptionalValues } from "./check-arguments.ts";

/** A command: its arguments, flags and implementation. */
export interface Command {
  readonly name: string;
  readonly description: string;
  /** Examples for `--help`, one per line. */
  readonly examples: readonly string[];
  readonly args: ArgsDef;
  /** Runs with the arguments after the command's name. Resolves with the exit code. */
  run(rawArguments: readonly string[]): Promise<number>;
}

export interface CommandDefinition<T extends ArgsDef> {
  readonly name: string;
  readonly description: string;
  readonly examples: readonly string[];
  readonly args: T;
  run(args: ParsedArgs<T>): Promise<number>;
}

/** Defines a command whose `run` receives checked and typed arguments. */
export function defineCommand<const T extends ArgsDef>(definition: CommandDefinition<T>): Command {
  return {
    ...definition,
    async run(rawArguments) {
      checkArguments(rawArguments, definition.name, definition.args);
      return definition.run(
        parseArgs<T>(withOptionalValues(rawArguments, definition.args), definition.args),
      );
    },
  };
}
