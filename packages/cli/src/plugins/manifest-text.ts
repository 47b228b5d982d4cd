import { isAbsolute, relative } from "node:path";
import type { PlainValue } from "@arclet/manifest";

/** Formats a pragma's plain values as manifest text. */
export function pragmaLines(name: string, values: readonly PlainValue[] | undefined): string[] {
  return values === undefined ? [] : [`@${name}`, ...values.map((value) => lineOf(value, ""))];
}

function lineOf(value: PlainValue, indent: string): string {
  if (isList(value)) return indent + value.map((item) => quoted(item)).join(" ");
  if (typeof value !== "object") return indent + quoted(value);
  return Object.entries(value)
    .map(([key, inner]) => {
      const below = isList(inner) ? inner : [inner];
      return [indent + key, ...below.map((item) => lineOf(item, `${indent}  `))].join("\n");
    })
    .join("\n");
}

/** `{ memory: 256 }` of the lines `memory 256`; lists stay lists. */
export function writtenSettings(values: readonly PlainValue[]): Record<string, unknown> {
  const settings: Record<string, unknown> = {};
  for (const value of values) {
    if (isList(value)) {
      const [name, ...rest] = value;
      if (typeof name === "object") continue;
      settings[String(name)] = rest.length === 1 ? rest[0] : rest;
    } else if (typeof value === "object") Object.assign(settings, value);
  }
  return settings;
}

function isList(value: PlainValue): value is readonly PlainValue[] {
  return Array.isArray(value);
}

export function within(root: string, path: string): string {
  return isAbsolute(path) ? relative(root, path) : path;
}

export function quoted(value: unknown): string {
  if (typeof value !== "string") return JSON.stringify(value) ?? '""';
  return /[\s#"']/.test(value) ? `"${value.replaceAll('"', '\\"')}"` : value;
}
