import { runtimeIdentifiers, type SettingEntry } from "@arclet/manifest";

/** Describes a setting and its allowed values. */
export function settingText(setting: SettingEntry): string {
  const values = valuesOf(setting);
  if (setting.kind === "integer") {
    const { text, minimum, maximum, unit } = setting;
    return `${text}\n\nA whole number from ${minimum} to ${maximum}${unit}.`;
  }
  return values.length === 0 ? setting.text : `${setting.text}\n\n${values.join(", ")}`;
}

/** Values to offer as completions. */
export function valuesOf(setting: SettingEntry): readonly string[] {
  if (setting.kind === "flag") return ["true", "false"];
  if (setting.kind !== "words") return [];
  return [...setting.words, ...(setting.isFlag === true ? ["true", "false"] : [])];
}

/** Same by setting name, because runtimes have their own list. */
export function valuesFor(name: string, setting: SettingEntry): readonly string[] {
  return name === "runtime" ? runtimeIdentifiers : valuesOf(setting);
}
