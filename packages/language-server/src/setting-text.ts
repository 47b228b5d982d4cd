import { runtimeIdentifiers, type SettingEntry } from "@arclet/manifest";

/** A setting in words: what it is for, and what it may be. */
export function settingText(setting: SettingEntry): string {
  const values = valuesOf(setting);
  if (setting.kind === "integer") {
    const { text, minimum, maximum, unit } = setting;
    return `${text}\n\nA whole number from ${minimum} to ${maximum}${unit}.`;
  }
  return values.length === 0 ? setting.text : `${setting.text}\n\n${values.join(", ")}`;
}

/** Values that can be offered. */
export function valuesOf(setting: SettingEntry): readonly string[] {
  if (setting.kind === "flag") return ["true", "false"];
  if (setting.kind !== "words") return [];
  return [...setting.words, ...(setting.isFlag === true ? ["true", "false"] : [])];
}

/** The same for one setting by its name: runtimes are a list of their own. */
export function valuesFor(name: string, setting: SettingEntry): readonly string[] {
  return name === "runtime" ? runtimeIdentifiers : valuesOf(setting);
}
