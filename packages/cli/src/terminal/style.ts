import picocolors from "picocolors";

/** Functions that color text, or return it unchanged. */
export interface Style {
  readonly hasColor: boolean;
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  blue(text: string): string;
  magenta(text: string): string;
  cyan(text: string): string;
}

/** The terminal the CLI writes to. */
export interface Terminal {
  readonly style: Style;
  /** Whether a user can read and type, so that keys and prompts work. */
  readonly isInteractive: boolean;
  /** Width of the window in columns; null if there is none, so that nothing is cut. */
  readonly columns: number | null;
  readonly write: (text: string) => void;
  readonly writeError: (text: string) => void;
}

export function createStyle(hasColor: boolean): Style {
  const colors = picocolors.createColors(hasColor);
  return {
    hasColor,
    bold: colors.bold,
    dim: colors.dim,
    red: colors.red,
    green: colors.green,
    yellow: colors.yellow,
    blue: colors.blue,
    magenta: colors.magenta,
    cyan: colors.cyan,
  };
}

/** The process's terminal. Colors follow NO_COLOR, FORCE_COLOR and whether stdout is a TTY. */
export function processTerminal(): Terminal {
  return {
    style: createStyle(picocolors.isColorSupported && wantsColor()),
    isInteractive: process.stdin.isTTY && process.stdout.isTTY && process.env["CI"] === undefined,
    // Read on each access, because a window may be resized.
    get columns() {
      return process.stdout.isTTY ? process.stdout.columns : null;
    },
    write: (text) => void process.stdout.write(text),
    writeError: (text) => void process.stderr.write(text),
  };
}

/** picocolors also enables colors if `CI` is set, but a log file is not a terminal. */
function wantsColor(): boolean {
  return process.stdout.isTTY || process.env["FORCE_COLOR"] !== undefined;
}
