export type { BuiltFunction } from "./built-function.ts";
