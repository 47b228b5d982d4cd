import picocolors from "picocolors";

/** Colours of the terminal, or none of them. */
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

/** Where the CLI writes, and whether a person sits there. */
export interface Terminal {
  readonly style: Style;
  /** A person reads and types: keys and questions make sense. */
  readonly isInteractive: boolean;
  /** Columns of the window; null when there is none, and nothing is cut. */
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

/** The terminal of this process. Colours follow NO_COLOR, FORCE_COLOR and whether stdout is a TTY. */
export function processTerminal(): Terminal {
  return {
    style: createStyle(picocolors.isColorSupported && wantsColor()),
    isInteractive: process.stdin.isTTY && process.stdout.isTTY && process.env["CI"] === undefined,
    // A window may be resized.
    get columns() {
      return process.stdout.isTTY ? process.stdout.columns : null;
    },
    write: (text) => void process.stdout.write(text),
    writeError: (text) => void process.stderr.write(text),
  };
}

/** picocolors also colours when `CI` is set; a log file there is still not a terminal. */
function wantsColor(): boolean {
  return process.stdout.isTTY || process.env["FORCE_COLOR"] !== undefined;
}
