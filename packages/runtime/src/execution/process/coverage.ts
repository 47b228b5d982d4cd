import { takeCoverage } from "node:v8";

/**
 * Writes what has run so far into `NODE_V8_COVERAGE`, where that is set: this process is ended from outside,
 * and Node.js writes it only at an end of its own.
 */
export const writeCoverage: () => void =
  process.env["NODE_V8_COVERAGE"] === undefined ? () => {} : takeCoverage;
