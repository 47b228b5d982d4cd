import type { Scalar } from "../syntax/ast.ts";

/** A `key value…` line; more values may follow on lines below it. */
export interface Setting {
  readonly key: Scalar;
  readonly values: readonly Scalar[];
}
