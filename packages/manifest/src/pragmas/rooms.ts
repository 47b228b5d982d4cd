import { didYouMean } from "../did-you-mean.ts";
import { headOf, linesOf, type LineNode } from "../syntax/ast.ts";
import type { PragmaContext, PragmaReader } from "./pragma-context.ts";
import { flagOf, integerOf, readFolder, settingOf, type Setting } from "./settings.ts";

const longestName = 64;
/** Sending to a larger room would take minutes: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const mostMembers = 100_000;
const highestRate = 1000;
const settingNames = ["presence", "members", "rate", "src"] as const;

/** Reads the kinds of rooms, one per line. Kind `chat` has the rooms `chat`, `chat:lobby` and so on. */
export const readRooms: PragmaReader = (pragma, context) => {
  const lines = linesOf(pragma.body);
  if (context.draft.ws === null) {
    context.log.error({
      code: "rooms-without-ws",
      text: "@rooms needs @ws, because a room consists of WebSocket connections: add @ws",
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
        src = readFolder(context, setting);
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

function readName(line: LineNode, { log }: PragmaContext): string | null {
  const { text, span } = headOf(line);
  const code = "room-invalid";
  if (isSetting(text)) {
    const what = `"${text}" is a setting: indent it by two spaces below the name of a kind of rooms`;
    log.error({ code, text: what, span });
    return null;
  }
  if (!/^[a-z][\w-]*$/i.test(text) || text.length > longestName) {
    const what = `"${text}" is not a valid name for a kind of rooms: begin with a letter, and use letters, digits, "-" and "_", at most ${longestName} characters`;
    log.error({ code, text: what, span });
    return null;
  }
  const second = line.values[1];
  if (second === undefined) return text;
  const advice = isSetting(second.text)
    ? `write "${second.text}" on a line of its own, indented by two spaces`
    : "write one kind of rooms per line";
  const what = `"${second.text}" must not follow "${text}": ${advice}`;
  log.error({ code, text: what, span: second.span });
  return null;
}

function isSetting(text: string): boolean {
  return settingNames.some((name) => name === text);
}

function reportUnknown(setting: Setting, { log }: PragmaContext): void {
  const suggestion = didYouMean(setting.key.text, settingNames);
  const hint =
    suggestion === null ? `: it has ${settingNames.join(", ")}` : `: did you mean "${suggestion}"?`;
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
