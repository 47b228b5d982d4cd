import { linesOf } from "../syntax/ast.ts";
import type { AsyncSettings } from "../manifest.ts";
import { readEventName } from "./event-name.ts";
import type { PragmaContext, PragmaReader } from "./pragma-context.ts";
import { asyncIntegers } from "../rules/pragma-catalog.ts";
import { readEntry, readInteger, type Setting } from "./settings.ts";

const code = "event-setting-invalid";

type AsyncDraft = { -readonly [Key in keyof AsyncSettings]: AsyncSettings[Key] };

/** Settings of a function that Lambda invokes asynchronously, read into `draft`. */
export function asyncSettings(
  context: PragmaContext,
  draft: AsyncDraft,
): Record<string, (setting: Setting) => void> {
  return {
    retries: (setting) => {
      const retries = readInteger(context, setting, asyncIntegers.retries, code);
      if (retries !== null) draft.retries = retries;
    },
    maxAge: (setting) => {
      const maxAge = readInteger(context, setting, asyncIntegers.maxAge, code);
      if (maxAge !== null) draft.maxAge = maxAge;
    },
  };
}

export const readEvents: PragmaReader = (pragma, context) => {
  for (const line of linesOf(pragma.body)) {
    const name = readEventName(line, context, "an event");
    const settings: AsyncDraft = {};
    const src = readEntry(line, context, "an event", asyncSettings(context, settings));
    if (name === null) continue;
    const { span } = line;
    const functionId = context.addFunction({ pragma: "events", name, src, folders: [name], span });
    if (functionId === null) continue;
    context.draft.events.push({ name, functionId, ...settings, origin: context.locate(span) });
  }
};
