import { keepAlive } from "../keep-alive.ts";
import { defaultSelection, rollOver } from "../roll-over.ts";
import type { WebSocketAuth, WebSocketStage } from "../manifest.ts";
import { didYouMean } from "../did-you-mean.ts";
import { headOf, linesOf, type LineNode } from "../syntax/ast.ts";
import { pragmaCatalog } from "../rules/pragma-catalog.ts";
import type { PragmaContext, PragmaReader } from "./pragma-context.ts";
import {
  cleanPath,
  readFlag,
  integerOf,
  readEntry,
  remarkUnknown,
  settingOf,
  textOf,
  type Setting,
} from "./settings.ts";

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html */
const defaultRoutes = 300;
const lifecycle = ["connect", "default", "disconnect"] as const;
/** Defaults far below the account's limit of 10,000 requests per second, which all its APIs share. */
const defaultStage: WebSocketStage = {
  throttlingRateLimit: 1000,
  throttlingBurstLimit: 500,
  hasAccessLogs: false,
};

interface Action {
  readonly line: LineNode | null;
  readonly src: string | null;
  readonly hasRouteResponse: boolean;
}

/** Reads actions. `connect`, `default` and `disconnect` always exist; a line with one of these names only adds settings. */
export const readWs: PragmaReader = (pragma, context) => {
  const actions = new Map<string, Action>(
    lifecycle.map((name) => [name, { line: null, src: null, hasRouteResponse: false }]),
  );
  for (const line of linesOf(pragma.body)) {
    const head = headOf(line);
    const name = head.text.replace(/^\$(?=connect$|default$|disconnect$)/, "");
    const former = actions.get(name)?.line ?? null;
    if (former !== null) {
      context.log.error({
        code: "ws-action-duplicate",
        text: `the action "${name}" is declared twice`,
        span: line.span,
        notes: [context.log.note("first declared here", former.span)],
      });
      continue;
    }
    if (!isActionName(name) || line.values.length > 1) {
      context.log.error({
        code: "ws-action-invalid",
        text: `"${line.values.map((value) => value.text).join(" ")}" is not a valid action name: use one name per line, with letters, digits, "-", "_" and ".", at most 255 characters`,
        span: line.span,
      });
      continue;
    }
    const reason = reservedNames.get(name);
    if (reason !== undefined) {
      context.log.error({
        code: "ws-action-invalid",
        text: `"${name}" is reserved for the messages of ${reason} under @ws-settings: choose another name`,
        span: line.span,
      });
      continue;
    }
    let hasRouteResponse = false;
    const src = readEntry(line, context, "an action", {
      response: (setting) => {
        hasRouteResponse = readFlag(context, setting, "ws-setting-invalid") ?? false;
      },
    });
    actions.set(name, { line, src, hasRouteResponse });
  }
  const routes = [];
  for (const [name, { line, src, hasRouteResponse }] of actions) {
    const span = line?.span ?? pragma.span;
    const functionId = addWebSocketFunction(context, name, src, span);
    if (functionId === null) continue;
    const isLifecycle = lifecycle.some((other) => other === name);
    if (routes.length === defaultRoutes)
      context.log.warning({
        code: "ws-limit",
        text: `this is route ${defaultRoutes + 1} of the WebSocket API, and API Gateway allows ${defaultRoutes}, including $connect, $default and $disconnect, unless AWS raises the quotas "Routes per API" and "Integrations per API"`,
        span,
      });
    routes.push({
      routeKey: isLifecycle ? `$${name}` : name,
      functionId,
      hasRouteResponse,
      origin: context.locate(span),
    });
  }
  const { ws } = context.draft;
  context.draft.ws = {
    routeSelectionExpression: ws?.routeSelectionExpression ?? defaultSelection,
    routes,
    ...(ws?.keepAlive === true ? { keepAlive: true } : {}),
    authorizer: ws?.authorizer ?? null,
    auth: ws?.auth ?? [],
    origins: ws?.origins ?? null,
    stage: ws?.stage ?? defaultStage,
  };
};

/** Reads API-wide settings, such as how a message names its action and who may connect. */
export const readWsSettings: PragmaReader = (pragma, context) => {
  let selection = context.draft.ws?.routeSelectionExpression ?? defaultSelection;
  let src: string | null = null;
  let authorizerLine: LineNode | null = null;
  let identitySources: string[] = [];
  let auth: WebSocketAuth[] = [];
  let origins: string[] | null = null;
  let isKeptAlive = false;
  const stage = { ...defaultStage };
  for (const line of linesOf(pragma.body)) {
    const setting = settingOf(line);
    switch (setting.key.text) {
      case "selection":
        selection = textOf(setting) ?? selection;
        break;
      case "authorizer":
        authorizerLine = line;
        src = cleanPath(textOf(setting) ?? "src/ws/authorizer");
        break;
      case "identity":
        identitySources = readIdentity(setting, context);
        break;
      case "auth":
        auth = readAuth(setting, context);
        break;
      case "origins":
        origins = readOrigins(setting, context);
        break;
      case "throttlingRateLimit":
      case "throttlingBurstLimit":
        stage[setting.key.text] = readLimit(setting, context) ?? stage[setting.key.text];
        break;
      case "keepAlive":
        isKeptAlive = readFlag(context, setting, "ws-setting-invalid") ?? false;
        break;
      case "accessLogs": {
        const flag = readFlag(context, setting, "ws-setting-invalid");
        if (flag !== null) stage.hasAccessLogs = flag;
        break;
      }
      default:
        remarkUnknown(context, setting, "@ws-settings", settingNames);
    }
  }
  if (isKeptAlive && selection !== defaultSelection) {
    context.log.error({
      code: "ws-setting-invalid",
      text: `"keepAlive" needs the selection ${defaultSelection}, because its messages name their action there. Remove one of the two lines`,
      span: pragma.span,
    });
  }
  if (authorizerLine !== null && auth.length > 0) {
    context.log.error({
      code: "ws-setting-invalid",
      text: "`auth` and `authorizer` cannot be combined: an API has one authorizer. Remove one of the two lines",
      span: authorizerLine.span,
    });
  }
  const functionId =
    authorizerLine === null
      ? null
      : addWebSocketFunction(context, "authorizer", src, authorizerLine.span);
  context.draft.ws = {
    routeSelectionExpression: selection,
    routes: context.draft.ws?.routes ?? [],
    ...(isKeptAlive ? { keepAlive: true } : {}),
    authorizer: functionId === null ? null : { functionId, identitySources },
    auth,
    origins,
    stage,
  };
};

/** Actions that Arclet answers itself, and the setting that enables each. */
const reservedNames: ReadonlyMap<string, string> = new Map([
  [keepAlive.routeKey, "`keepAlive true`"],
  [rollOver.routeKey, "`auth`"],
]);

const settingNames = Object.keys(pragmaCatalog["ws-settings"]?.settings ?? {});

const authMethods: readonly WebSocketAuth[] = ["ticket", "session"];

function readAuth(setting: Setting, context: PragmaContext): WebSocketAuth[] {
  const auth = new Set<WebSocketAuth>();
  for (const { text, span } of setting.values) {
    const method = authMethods.find((name) => name === text);
    if (method !== undefined) auth.add(method);
    else {
      context.log.error({
        code: "ws-setting-invalid",
        text: `"${text}" is not a way to log in: use ticket, session, or both`,
        span,
        suggestion: didYouMean(text, authMethods),
      });
    }
  }
  if (setting.values.length === 0) wrongSetting(setting, "ticket, session, or both", context);
  return [...auth];
}

/** `https://www.example.com`; `*` for every page. */
function readOrigins(setting: Setting, context: PragmaContext): string[] {
  const origins: string[] = [];
  for (const { text, span } of setting.values) {
    const isOrigin = text === "*" || (/^https?:\/\//.test(text) && originOf(text) === text);
    if (isOrigin) origins.push(text);
    else {
      context.log.error({
        code: "ws-setting-invalid",
        text: `"${text}" is not an origin: write a scheme and a host, such as https://www.example.com`,
        span,
      });
    }
  }
  if (setting.values.length === 0) wrongSetting(setting, "a list of origins", context);
  return origins;
}

/** null if it is not a URL. */
function originOf(text: string): string | null {
  return URL.canParse(text) ? new URL(text).origin : null;
}

function readLimit(setting: Setting, context: PragmaContext): number | null {
  const limit = integerOf(setting, 1, 1_000_000);
  const range = "a whole number from 1 to 1000000 (messages a second)";
  if (limit === null) wrongSetting(setting, range, context);
  return limit;
}

function wrongSetting({ key, values }: Setting, what: string, { log }: PragmaContext): void {
  const span = values[0]?.span ?? key.span;
  log.error({ code: "ws-setting-invalid", text: `"${key.text}" must be ${what}`, span });
}

/** `header.Authorization` → `route.request.header.Authorization` */
function readIdentity(setting: Setting, context: PragmaContext): string[] {
  const sources: string[] = [];
  for (const { text, span } of setting.values) {
    const short = text.replace(/^route\.request\./, "");
    if (/^(?:header|querystring)\.[\w-]+$/.test(short)) sources.push(`route.request.${short}`);
    else {
      context.log.error({
        code: "ws-authorizer-invalid",
        text: `"${text}" is not an identity source: write header.Name or querystring.name`,
        span,
      });
    }
  }
  return sources;
}

function addWebSocketFunction(
  context: PragmaContext,
  name: string,
  src: string | null,
  span: LineNode["span"],
): string | null {
  // The current folder layout, Architect 5's, and one that Architect used for three weeks in 2019.
  const folders = [name, `ws-${name}`, `ws-$${name}`];
  return context.addFunction({ pragma: "ws", name, src, folders, span });
}

function isActionName(name: string): boolean {
  return /^[\w.-]+$/.test(name) && name.length <= 255;
}
