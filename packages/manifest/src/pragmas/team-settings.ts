import type { AwsSettings } from "../manifest.ts";
import { linesOf, type LineNode } from "../syntax/ast.ts";
import { flagOf, settingOf, textOf, type Setting } from "./settings.ts";

type Draft = { -readonly [Key in keyof AwsSettings]: AwsSettings[Key] };

/** Reads a setting into the draft; returns null, or the error as it continues after the setting's name. */
type Read = (setting: Setting, draft: Draft, line: LineNode) => string | null;

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const retentionDays: ReadonlySet<unknown> = new Set([
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288,
  3653,
]);

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Tag.html */
const mostTags = 50;
const longestTagName = 128;
const longestTagValue = 256;
/** AWS reserves `aws:`; Arclet marks its stacks with `arclet:`. */
const reservedTags = /^(?:aws|arclet):/i;

/** App-wide settings of `@aws` that teams use for governance: logs, roles, alarms, tags. */
export const teamSettings: Readonly<Record<string, Read>> = {
  logRetention: (setting, draft) => {
    const value = setting.values[0]?.value;
    if (value === "never") draft.logRetention = null;
    else if (typeof value === "number" && retentionDays.has(value)) draft.logRetention = value;
    else
      return `must be "never", or a number of days that CloudWatch supports: ${[...retentionDays].join(", ")}`;
    return null;
  },
  permissionsBoundary: (setting, draft) => {
    const value = textOf(setting);
    if (value === null || !/^arn:[a-z-]+:iam::(?:aws|\d{12}):policy\/[\w+=,.@/-]+$/.test(value))
      return "must be the ARN of a policy, such as arn:aws:iam::123456789012:policy/boundary";
    draft.permissionsBoundary = value;
    return null;
  },
  deadLetters: (setting, draft) => {
    const flag = flagOf(setting);
    if (flag === null) return "must be true or false";
    draft.deadLetters = flag;
    return null;
  },
  alarms: (setting, draft) => {
    const value = textOf(setting);
    const isTopic = value !== null && /^arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:[\w-]+$/.test(value);
    if (value === null || (!isTopic && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value)))
      return "must be an e-mail address, or the ARN of an SNS topic";
    draft.alarms = value;
    return null;
  },
  tags: (_, draft, line) => {
    const tags: Record<string, string> = { ...draft.tags };
    for (const { key, values } of linesOf(line.children).map(settingOf)) {
      const value = values.map(({ text }) => text).join(" ");
      if (reservedTags.test(key.text))
        return `cannot include "${key.text}": its prefix is reserved`;
      if (!isTagText(key.text, longestTagName) || !isTagText(value, longestTagValue))
        return `cannot include "${key.text}": names and values may contain letters, digits, spaces and _.:/=+-@, at most ${longestTagName} and ${longestTagValue} characters`;
      tags[key.text] = value;
    }
    const count = Object.keys(tags).length;
    // Arclet adds two tags.
    if (count === 0 || count > mostTags - 2)
      return `must have 1 to ${mostTags - 2} lines below it, each with a name and a value`;
    draft.tags = tags;
    return null;
  },
};

function isTagText(text: string, longest: number): boolean {
  return text.length > 0 && text.length <= longest && /^[\p{L}\p{N}\s_.:/=+\-@]+$/u.test(text);
}
