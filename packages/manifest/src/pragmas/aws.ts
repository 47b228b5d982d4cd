import type { AwsSettings, FunctionConfig } from "../manifest.ts";
import { linesOf } from "../syntax/ast.ts";
import { checkLogLevels, lambdaSettings, readFunctionSetting } from "./function-settings.ts";
import type { PragmaReader } from "./pragma-context.ts";
import { flagOf, remarkUnknown, settingOf, textOf, type Setting } from "./settings.ts";

const apis = ["http", "httpv2", "httpv1", "rest"] as const;

/** Global settings: those of the account, and defaults of every function. */
export const readAws: PragmaReader = (pragma, context) => {
  const settings: { -readonly [Key in keyof AwsSettings]: AwsSettings[Key] } = {
    ...context.draft.aws,
  };
  const defaults: Partial<FunctionConfig> = {};
  const read: Setting[] = [];
  for (const line of linesOf(pragma.body)) {
    const setting = settingOf(line);
    read.push(setting);
    const value = textOf(setting);
    switch (setting.key.text) {
      case "region":
      case "profile":
      case "bucket":
        settings[setting.key.text] = value;
        break;
      case "protect":
        settings.protect = flagOf(setting);
        if (settings.protect === null)
          context.log.error({
            code: "aws-setting-invalid",
            text: '"protect" must be true or false',
            span: setting.values[0]?.span ?? line.span,
          });
        break;
      case "apigateway": {
        const api = apis.find((name) => name === value);
        if (api === undefined) {
          context.log.error({
            code: "aws-setting-invalid",
            text: `"apigateway" is one of ${apis.join(", ")}`,
            span: line.span,
          });
        } else settings.apigateway = api;
        break;
      }
      default:
        if (!readFunctionSetting(lambdaSettings, setting, defaults, context.log)) {
          const known = [
            "region",
            "profile",
            "bucket",
            "protect",
            "apigateway",
            ...Object.keys(lambdaSettings),
          ];
          remarkUnknown(context, setting, "@aws", known, "aws-setting-unknown");
        }
    }
  }
  context.draft.aws = settings;
  context.functionDefaults = { ...context.functionDefaults, ...defaults };
  checkLogLevels(context.functionDefaults, read, context.log);
};
