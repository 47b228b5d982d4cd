import type { CorsSettings } from "../manifest.ts";
import { corsAge, pragmaCatalog } from "../rules/pragma-catalog.ts";
import { linesOf } from "../syntax/ast.ts";
import type { PragmaReader } from "./pragma-context.ts";
import { readFlag, readInteger, remarkUnknown, settingOf, type Setting } from "./settings.ts";

const code = "cors-setting-invalid";

const methods: ReadonlySet<string> = new Set([
  "*",
  "GET",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "HEAD",
  "OPTIONS",
]);
const known = Object.keys(pragmaCatalog["cors"]?.settings ?? {});

/** `@cors` alone: pages of any origin may read responses, without credentials. */
const open: CorsSettings = {
  origins: ["*"],
  methods: ["*"],
  headers: ["*"],
  exposed: [],
  hasCredentials: false,
  maxAgeSeconds: null,
};

/** Reads which origins' pages may call the HTTP API. */
export const readCors: PragmaReader = (pragma, context) => {
  const cors: { -readonly [Key in keyof CorsSettings]: CorsSettings[Key] } = { ...open };
  let credentials: Setting | null = null;
  for (const line of linesOf(pragma.body)) {
    const setting = settingOf(line);
    const texts = setting.values.map(({ text }) => text);
    const wrong = (must: string): void => context.wrongSetting(setting, must, code);
    switch (setting.key.text) {
      case "origins":
        if (texts.length > 0 && texts.every(isOrigin)) cors.origins = texts;
        else wrong("must be origins such as https://example.com, without a path, or *");
        break;
      case "methods": {
        const upper = texts.map((text) => (text === "any" ? "*" : text.toUpperCase()));
        if (upper.length > 0 && upper.every((text) => methods.has(text))) cors.methods = upper;
        else wrong(`must be HTTP methods: ${[...methods].join(", ")}`);
        break;
      }
      case "headers":
      case "expose":
        if (texts.length === 0 || !texts.every((text) => /^[\w!#$%&'*+.^`|~-]+$/.test(text)))
          wrong("must be names of headers, or *");
        else if (setting.key.text === "headers") cors.headers = texts;
        else cors.exposed = texts;
        break;
      case "credentials":
        cors.hasCredentials = readFlag(context, setting, code) === true;
        credentials = setting;
        break;
      case "maxAge":
        cors.maxAgeSeconds = readInteger(context, setting, corsAge, code);
        break;
      default:
        remarkUnknown(context, setting, "@cors", known);
    }
  }
  // With credentials, browsers do not treat * as a wildcard, and API Gateway refuses it.
  if (cors.hasCredentials && credentials !== null && cors.origins.includes("*"))
    context.wrongSetting(credentials, 'needs "origins" that name each origin, without *', code);
  context.draft.cors = cors;
};

function isOrigin(text: string): boolean {
  if (text === "*" || text === "http://*" || text === "https://*") return true;
  if (!URL.canParse(text)) return /^[a-z][a-z\d+.-]*:\/\/[^/\s]+$/.test(text);
  const { origin, protocol, host } = new URL(text);
  return text === (origin === "null" ? `${protocol}//${host}` : origin);
}
