import type { Scalar } from "../syntax/ast.ts";

/** A `key value…` line; values may also be below it, one a line. */
export interface Setting {
  readonly key: Scalar;
  readonly values: readonly Scalar[];
}
