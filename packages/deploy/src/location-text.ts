import type { Location } from "@arclet/manifest";

/** ` (app.arc:5:1)`, to append to the name of what is declared there; empty without a location. */
export function locationText(location: Location | null): string {
  return location === null ? "" : ` (${location.file}:${location.line}:${location.column + 1})`;
}
