import {
  highestPort,
  pragmaCatalog,
  pragmaNames,
  preferencesCatalog,
  runtimeIdentifiers,
  type SettingEntry,
} from "@arclet/manifest";

type Schema = { readonly [key: string]: unknown };

/** JSON schema (draft 7) of `arc.json`, `arc.yaml` and `arc` in `package.json`. */
export function manifestSchema(): Schema {
  return {
    ...schemaOfFile("Arclet manifest", pragmaCatalog),
    required: ["app"],
    // Names that Arclet does not know are those of plugins.
    if: { required: ["plugins"] },
    else: { propertyNames: { enum: ["$schema", ...pragmaNames] } },
  };
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
    properties: {
      $schema: { description: "Where an editor finds this schema.", type: "string" },
      ...Object.fromEntries(
        Object.entries(catalog).map(([name, entry]) => [
          name,
          { description: entry.text, ...schemaOf(name, entry) },
        ]),
      ),
    },
  };
}

/** Their entries hold attributes of the app's own; plugins and Architect add settings to the sandbox. */
const openEntries: ReadonlySet<string> = new Set(["tables", "tables-indexes", "sandbox"]);

/** Architect's names of settings, which readers know and editors do not offer. */
const olderSettings: Readonly<Record<string, Schema>> = {
  aws: { layer: {}, policy: {}, ignoreDependencies: {} },
  static: { staging: {}, production: {}, disable: {}, false: {} },
};

function schemaOf(name: string, entry: (typeof pragmaCatalog)[string]): Schema {
  if (name === "app") {
    const appName = { type: "string", pattern: "^[A-Za-z][\\w-]{0,99}$" };
    return { anyOf: [appName, { type: "array", items: appName, minItems: 1, maxItems: 1 }] };
  }
  const { settings, entrySettings } = entry;
  const isOpen = openEntries.has(name);
  if (settings !== undefined) {
    const object = objectOf({ ...propertiesOf(settings), ...olderSettings[name] }, isOpen);
    return { type: ["object", "array", "boolean", "null"], ...object, items: object };
  }
  if (entrySettings === undefined) return {};
  const oneEntry = {
    type: ["object", "array", "string", "boolean", "null"],
    ...objectOf(propertiesOf(entrySettings), isOpen),
  };
  const { method } = entrySettings;
  if (method?.kind === "words") {
    const { route, routes } = routeSchemas(method.words, oneEntry);
    return { type: ["object", "array", "boolean", "null"], ...routes, items: route };
  }
  const entries = { additionalProperties: oneEntry };
  return { type: ["object", "array", "boolean", "null"], ...entries, items: entries };
}

/** As arrays and texts may say the same, a schema of an object's properties asks for no type. */
function objectOf(properties: Schema, isOpen: boolean): Schema {
  return isOpen ? { properties } : { properties, additionalProperties: false };
}

/** `[get, /]`, `{ get: / }` or `{ /: { method: get } }`, in a list or as one object. */
function routeSchemas(
  methods: readonly string[],
  entry: Schema,
): { readonly route: Schema; readonly routes: Schema } {
  const names = { anyOf: [{ enum: methods }, { pattern: "^/" }] };
  const routes = {
    propertyNames: names,
    patternProperties: { "^/": entry },
  };
  const pair = {
    type: "array",
    items: [{ enum: methods }, { type: "string", pattern: "^/" }],
    minItems: 2,
    maxItems: 2,
  };
  const object = { type: "object", ...routes };
  return { route: { anyOf: [{ type: "string" }, pair, object] }, routes };
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
  if (name === "ports") {
    const port = { type: "integer", minimum: 1, maximum: highestPort };
    return { type: ["object", "array"], additionalProperties: port };
  }
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
