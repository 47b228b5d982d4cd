import {
  pragmaCatalog,
  preferencesCatalog,
  runtimeIdentifiers,
  type SettingEntry,
} from "@arclet/manifest";

type Schema = { readonly [key: string]: unknown };

/** JSON schema (draft 7) of `arc.json`, `arc.yaml` and `arc` in `package.json`. */
export function manifestSchema(): Schema {
  return { ...schemaOfFile("Arclet manifest", pragmaCatalog), required: ["app"] };
}

/** JSON schema (draft 7) of `preferences.json` and `preferences.yaml`. */
export function preferencesSchema(): Schema {
  return schemaOfFile("Arclet preferences", preferencesCatalog);
}

function schemaOfFile(title: string, catalog: typeof pragmaCatalog): Schema {
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title,
    type: "object",
    properties: Object.fromEntries(
      Object.entries(catalog).map(([name, entry]) => [
        name,
        { description: entry.text, ...schemaOf(name, entry) },
      ]),
    ),
  };
}

function schemaOf(
  name: string,
  { settings, entrySettings }: (typeof pragmaCatalog)[string],
): Schema {
  if (name === "app") return { type: "string", pattern: "^[A-Za-z][\\w-]{0,99}$" };
  if (settings !== undefined) {
    return { type: ["object", "array", "boolean", "null"], properties: propertiesOf(settings) };
  }
  if (entrySettings === undefined) return {};
  const settingsOfEntry = {
    type: ["object", "array", "string", "boolean", "null"],
    properties: propertiesOf(entrySettings),
  };
  return { type: ["object", "array", "boolean", "null"], additionalProperties: settingsOfEntry };
}

function propertiesOf(settings: Readonly<Record<string, SettingEntry>>): Schema {
  return Object.fromEntries(
    Object.entries(settings).map(([name, setting]) => [
      name,
      { description: setting.text, ...valueSchema(name, setting) },
    ]),
  );
}

function valueSchema(name: string, setting: SettingEntry): Schema {
  if (name === "runtime") return { type: "string", examples: runtimeIdentifiers };
  switch (setting.kind) {
    case "integer": {
      const { minimum, maximum } = setting;
      const number = { type: "integer", minimum, maximum };
      // The only word allowed in place of a number.
      return name === "concurrency" ? { anyOf: [number, { const: "unthrottled" }] } : number;
    }
    case "flag":
      return { type: "boolean" };
    case "words":
      return {
        enum: [
          ...setting.words.flatMap(asWritten),
          ...(setting.isFlag === true ? [true, false] : []),
        ],
      };
    case "text":
      return { type: ["string", "number", "boolean"] };
    default:
      return {};
  }
}

function asWritten(word: string): readonly (string | boolean)[] {
  return word === "true" || word === "false" ? [word === "true"] : [word];
}
