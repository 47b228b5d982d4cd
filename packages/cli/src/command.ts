import { parseArgs, type ArgsDef, type ParsedArgs } from "citty";
import { checkArguments, withOptionalValues } from "./check-arguments.ts";

/** A command as the command line sees it: its words and flags, and what it does. */
export interface Command {
  readonly name: string;
  readonly description: string;
  /** Shown by `--help`, one a line. */
  readonly examples: readonly string[];
  readonly args: ArgsDef;
  /** Runs with the words after the command's name; resolves with the exit code. */
  run(rawArguments: readonly string[]): Promise<number>;
}

export interface CommandDefinition<T extends ArgsDef> {
  readonly name: string;
  readonly description: string;
  readonly examples: readonly string[];
  readonly args: T;
  run(args: ParsedArgs<T>): Promise<number>;
}

/** A command whose `run` sees its arguments checked and typed. */
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
