import type { AwsSettings, FunctionConfig } from "../manifest.ts";
import { linesOf } from "../syntax/ast.ts";
import { checkFunctionConfig, lambdaSettings, readFunctionSetting } from "./function-settings.ts";
import { regionPattern } from "../names.ts";
import type { PragmaReader } from "./pragma-context.ts";
import { teamSettings } from "./team-settings.ts";
import { flagOf, remarkUnknown, settingOf, textOf, type Setting } from "./settings.ts";

const code = "aws-setting-invalid";

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
const bucketPattern = /^(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

const apis = ["http", "httpv2", "httpv1", "rest"] as const;

/** Reads the app's AWS settings and the defaults of every function. */
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
        if (value === null || !regionPattern.test(value))
          context.wrongSetting(setting, "must be a region such as us-west-2", code);
        else settings.region = value;
        break;
      case "profile":
        settings.profile = value;
        break;
      case "bucket":
        if (value === null || !bucketPattern.test(value))
          context.wrongSetting(setting, "must be the name of an S3 bucket", code);
        else settings.bucket = value;
        break;
      case "protect":
        settings.protect = flagOf(setting);
        if (settings.protect === null) context.wrongSetting(setting, "must be true or false", code);
        break;
      case "apigateway": {
        const api = apis.find((name) => name === value);
        if (api === undefined) {
          context.wrongSetting(setting, `must be one of ${apis.join(", ")}`, code);
        } else settings.apigateway = api;
        break;
      }
      default: {
        const readTeam = Object.hasOwn(teamSettings, setting.key.text)
          ? teamSettings[setting.key.text]
          : undefined;
        if (readTeam !== undefined) {
          const problem = readTeam(setting, settings, line);
          if (problem !== null) context.wrongSetting(setting, problem, code);
        } else if (!readFunctionSetting(lambdaSettings, setting, defaults, context.log)) {
          const known = [
            "region",
            "profile",
            "bucket",
            "protect",
            "apigateway",
            ...Object.keys(teamSettings),
            ...Object.keys(lambdaSettings),
          ];
          remarkUnknown(context, setting, "@aws", known, "aws-setting-unknown");
        }
      }
    }
  }
  context.awsSettings = [...context.awsSettings, ...read];
  context.draft.aws = settings;
  context.functionDefaults = { ...context.functionDefaults, ...defaults };
  checkFunctionConfig(context.functionDefaults, read, context.log);
};
