import type { Location } from "@arclet/manifest";

/** ` (app.arc:5:1)`, to stand behind what it is the place of; empty without one. */
export function locationText(location: Location | null): string {
  return location === null ? "" : ` (${location.file}:${location.line}:${location.column + 1})`;
}
