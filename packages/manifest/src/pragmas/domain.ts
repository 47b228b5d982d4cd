import type { Domain } from "../manifest.ts";
import { headOf, linesOf, type LineNode } from "../syntax/ast.ts";
import type { PragmaContext, PragmaReader } from "./pragma-context.ts";
import { remarkUnknown, settingOf, textOf } from "./settings.ts";

const code = "domain-invalid";

const stages = ["staging", "production"] as const;
const hostPattern = /^(?=.{4,253}$)(?:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?\.)+[a-z]{2,63}$/;
const certificatePattern = /^arn:[a-z-]+:acm:([a-z0-9-]+):\d{12}:certificate\/[\w-]+$/;
/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_HostedZone.html */
const zonePattern = /^Z[A-Z\d]{1,31}$/;
/** CloudFront accepts certificates of this region only. */
const cdnRegion = "us-east-1";

/** Reads the app's hosts, per stage. */
export const readDomain: PragmaReader = (pragma, context) => {
  const domains: Record<(typeof stages)[number], Domain | null> = {
    staging: null,
    production: null,
  };
  for (const line of linesOf(pragma.body)) {
    const head = headOf(line);
    const stage = stages.find((name) => name === head.text);
    if (stage === undefined)
      context.log.error({
        code,
        text: `"${head.text}" is not a stage: write ${stages.join(" or ")}, and the hosts below it`,
        span: head.span,
      });
    else domains[stage] = readStage(line, context);
  }
  context.draft.domains = domains;
};

function readStage(line: LineNode, context: PragmaContext): Domain | null {
  const domain: { -readonly [Key in keyof Domain]: Domain[Key] } = {
    http: null,
    ws: null,
    certificate: "",
    zone: null,
    origin: context.locate(line.span),
  };
  for (const setting of linesOf(line.children).map(settingOf)) {
    const value = textOf(setting) ?? "";
    const wrong = (must: string): void => context.wrongSetting(setting, must, code);
    switch (setting.key.text) {
      case "http":
      case "ws":
        if (!hostPattern.test(value)) wrong("must be a host such as app.example.com");
        else if (context.draft[setting.key.text] === null && !hasApi(setting.key.text, context))
          wrong(`needs @${setting.key.text}: the app has no such API`);
        else domain[setting.key.text] = value;
        break;
      case "certificate": {
        const region = certificatePattern.exec(value)?.[1];
        if (region === undefined)
          wrong("must be the ARN of an AWS Certificate Manager certificate");
        else domain.certificate = value;
        break;
      }
      case "zone":
        if (zonePattern.test(value)) domain.zone = value;
        else wrong("must be the id of a Route 53 hosted zone, such as Z0123456789ABCDEF");
        break;
      default:
        remarkUnknown(context, setting, "@domain", ["http", "ws", "certificate", "zone"]);
    }
  }
  return isWhole(domain, line, context) ? domain : null;
}

/** Static files need an HTTP API too. */
function hasApi(api: "http" | "ws", { draft }: PragmaContext): boolean {
  return api === "http" && draft.static !== null;
}

function isWhole(domain: Domain, line: LineNode, context: PragmaContext): boolean {
  const report = (text: string): boolean => {
    context.log.error({ code, text, span: line.span });
    return false;
  };
  const { http, ws, certificate } = domain;
  if (http === null && ws === null)
    return report("a stage of @domain needs a host: add a line such as http app.example.com");
  // API Gateway maps a host to APIs of one protocol.
  if (http === ws)
    return report(`"${http}" cannot serve both APIs: give http and ws different hosts`);
  if (certificate === "")
    return report(
      "a stage of @domain needs a certificate: add a line with certificate and an ARN of AWS Certificate Manager",
    );
  if (context.draft.cdn && http !== null && !certificate.includes(`:acm:${cdnRegion}:`))
    return report(
      `with @cdn, CloudFront serves "${http}" and accepts only certificates of ${cdnRegion}: use one from there`,
    );
  if (context.draft.cdn && http !== null && ws !== null && context.draft.aws.region !== null)
    if (context.draft.aws.region !== cdnRegion)
      return report(
        `with @cdn, the hosts need certificates of two regions: deploy to ${cdnRegion}, or leave out ws or @cdn`,
      );
  return true;
}
