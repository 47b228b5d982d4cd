import { didYouMean } from "../did-you-mean.ts";
import { headOf, linesOf, type LineNode } from "../syntax/ast.ts";
import type { PragmaContext, PragmaReader } from "./pragma-context.ts";
import { cleanPath, flagOf, integerOf, settingOf, textOf, type Setting } from "./settings.ts";

const longestName = 64;
/** A fan-out beyond would take minutes: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const mostMembers = 100_000;
const highestRate = 1000;
const settingNames = ["presence", "members", "rate", "src"] as const;

/** Kinds of rooms, one a line; a room is `chat`, or `chat:lobby`. */
export const readRooms: PragmaReader = (pragma, context) => {
  const lines = linesOf(pragma.body);
  if (context.draft.ws === null) {
    context.log.error({
      code: "rooms-without-ws",
      text: "@rooms needs @ws: a room is made of the app's WebSocket connections",
      span: pragma.span,
    });
    return;
  }
  const former = new Map<string, LineNode>();
  for (const line of lines) {
    const name = readName(line, context);
    if (name === null) continue;
    const other = former.get(name);
    if (other !== undefined) {
      context.log.error({
        code: "room-duplicate",
        text: `the kind of rooms "${name}" is declared twice`,
        span: line.span,
        notes: [context.log.note("first declared here", other.span)],
      });
      continue;
    }
    former.set(name, line);
    addKind(name, line, context);
  }
};

function addKind(name: string, line: LineNode, context: PragmaContext): void {
  let isPresent = false;
  let members: number | null = null;
  let rate: number | null = null;
  let src: string | null = null;
  for (const child of linesOf(line.children)) {
    const setting = settingOf(child);
    switch (setting.key.text) {
      case "presence": {
        const flag = flagOf(setting);
        if (flag === null) wrong(setting, "true or false", context);
        else isPresent = flag;
        break;
      }
      case "members":
        members = integerOf(setting, 1, mostMembers);
        if (members === null) wrong(setting, `a whole number from 1 to ${mostMembers}`, context);
        break;
      case "rate":
        rate = integerOf(setting, 1, highestRate);
        if (rate === null) {
          wrong(setting, `a whole number of messages a second from 1 to ${highestRate}`, context);
        }
        break;
      case "src":
        src = cleanPath(textOf(setting) ?? "");
        break;
      default:
        reportUnknown(setting, context);
    }
  }
  const functionId = isPresent
    ? context.addFunction({ pragma: "rooms", name, src, folders: [name], span: line.span })
    : null;
  const origin = context.locate(line.span);
  context.draft.rooms.push({ name, functionId, members, rate, origin });
}

function readName(line: LineNode, context: PragmaContext): string | null {
  const { text, span } = headOf(line);
  const isFine =
    line.values.length === 1 && /^[a-z][\w-]*$/i.test(text) && text.length <= longestName;
  if (isFine) return text;
  context.log.error({
    code: "room-invalid",
    text: `"${line.values.map((value) => value.text).join(" ")}" is not a valid kind of rooms: use one name per line, of letters, digits, "-" and "_", which begins with a letter and has at most ${longestName} characters`,
    span,
  });
  return null;
}

function reportUnknown(setting: Setting, { log }: PragmaContext): void {
  const suggestion = didYouMean(setting.key.text, settingNames);
  const hint = suggestion === null ? "" : `. Did you mean "${suggestion}"?`;
  log.error({
    code: "setting-unknown",
    text: `a kind of rooms has no setting "${setting.key.text}"${hint}`,
    span: setting.key.span,
    suggestion,
  });
}

function wrong({ key, values }: Setting, what: string, { log }: PragmaContext): void {
  const span = values[0]?.span ?? key.span;
  log.error({ code: "room-setting-invalid", text: `"${key.text}" must be ${what}`, span });
}
