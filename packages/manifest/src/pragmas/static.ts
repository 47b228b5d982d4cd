import { posix } from "node:path";
import type { Proxy, StaticFiles } from "../manifest.ts";
import { headOf, linesOf } from "../syntax/ast.ts";
import { pragmaCatalog } from "../rules/pragma-catalog.ts";
import type { PragmaReader } from "./pragma-context.ts";
import {
  cleanPath,
  flagOf,
  hasDotPart,
  readFlag,
  remarkUnknown,
  settingOf,
  textOf,
} from "./settings.ts";

export const defaultStatic: StaticFiles = Object.freeze({
  folder: "public",
  fingerprint: false,
  ignore: [],
  prefix: null,
  prune: false,
  spa: false,
  compression: false,
  private: null,
});

const code = "static-setting-invalid";

const known = Object.keys(pragmaCatalog["static"]?.settings ?? {});

export const readStatic: PragmaReader = (pragma, context) => {
  const draft: { -readonly [Key in keyof StaticFiles]: StaticFiles[Key] } = {
    ...defaultStatic,
  };
  for (const line of linesOf(pragma.body)) {
    const setting = settingOf(line);
    const value = textOf(setting);
    const wrong = (must: string): void => context.wrongSetting(setting, must, code);
    switch (setting.key.text) {
      case "false":
      case "disable":
        context.draft.static = null;
        return;
      case "folder":
        if (value === null) wrong("must be a path");
        else {
          draft.folder = cleanPath(value);
          if (leavesProject(value)) {
            context.log.warning({
              code: "static-folder-outside",
              text: `the folder "${value}" is outside of the project: everything in it will be public`,
              span: (setting.values[0] ?? setting.key).span,
            });
          }
        }
        break;
      case "fingerprint":
        if (value === "external") draft.fingerprint = value;
        else {
          const flag = flagOf(setting);
          if (flag === null) wrong("must be true, false or external");
          else draft.fingerprint = flag;
        }
        break;
      case "ignore":
        if (value === null) wrong("needs parts of file names, such as .map");
        draft.ignore = setting.values.map((one) => one.text);
        break;
      case "prefix":
        // Clients resolve these parts, so no request would match the prefix.
        if (value !== null && hasDotPart(value)) wrong('may not have a part that is "." or ".."');
        draft.prefix = value === null ? null : cleanPath(value).replace(/^\/+/, "");
        break;
      case "prune":
      case "private":
      case "spa": {
        const flag = readFlag(context, setting, code);
        if (flag !== null) draft[setting.key.text] = flag;
        break;
      }
      case "compression":
        if (value === "br" || value === "gzip") draft.compression = value;
        else {
          const flag = flagOf(setting);
          if (flag === null) wrong("must be br, gzip, true or false");
          else draft.compression = flag ? "br" : false;
        }
        break;
      // Older manifests name buckets here; the deploy creates its own.
      case "staging":
      case "production":
        break;
      default:
        remarkUnknown(context, setting, "@static", known);
    }
  }
  context.draft.static = draft;
};

/** Whether a path leads out of the project: `../dist`, `/srv/www`, `C:/www`. */
function leavesProject(folder: string): boolean {
  const path = posix.normalize(folder.replaceAll("\\", "/"));
  return /^(?:\.\.(?:\/|$)|\/|[A-Za-z]:)/.test(path);
}

export const readProxy: PragmaReader = (pragma, context) => {
  const proxy: { -readonly [Key in keyof Proxy]: Proxy[Key] } = {
    testing: null,
    staging: null,
    production: null,
  };
  for (const line of linesOf(pragma.body)) {
    const setting = settingOf(line);
    const stage = (["testing", "staging", "production"] as const).find(
      (name) => name === setting.key.text,
    );
    const url = textOf(setting);
    if (stage === undefined) remarkUnknown(context, setting, "@proxy", Object.keys(proxy));
    else if (url === null || !/^https?:\/\/[^\s/]+/.test(url)) {
      context.log.error({
        code: "proxy-url-invalid",
        text: `"${url ?? ""}" is not a URL: write http:// or https:// and a host`,
        span: line.span,
      });
    } else proxy[stage] = url.replace(/\/+$/, "");
  }
  context.draft.proxy = proxy;
};

export const readShared: PragmaReader = (pragma, context) => {
  context.draft.shared = readFolder(pragma, "src/shared");
};

export const readViews: PragmaReader = (pragma, context) => {
  context.draft.views = readFolder(pragma, "src/views");
};

/** Reads `src path`, or per pragma the functions that use the folder. */
function readFolder(
  pragma: Parameters<PragmaReader>[0],
  fallback: string,
): { src: string; only: readonly string[] | null } {
  let src = fallback;
  const only: string[] = [];
  for (const line of linesOf(pragma.body)) {
    const head = headOf(line).text;
    if (head === "src") src = cleanPath(line.values[1]?.text ?? fallback);
    else if (line.children.length > 0) {
      for (const child of linesOf(line.children)) {
        only.push(`${head}/${child.values.map((value) => value.text).join(" ")}`);
      }
    } else only.push(line.values.map((value) => value.text).join(" "));
  }
  return { src, only: only.length === 0 ? null : only };
}

export const readPlugins: PragmaReader = (pragma, context) => {
  for (const line of linesOf(pragma.body)) {
    const { text, span } = headOf(line);
    let src: string | null = null;
    for (const child of linesOf(line.children)) {
      const setting = settingOf(child);
      if (setting.key.text === "src" || setting.key.text === "plugin") src = textOf(setting);
    }
    if (!/^@?[\w.-]+(?:\/[\w.-]+)?$/.test(text)) {
      context.log.error({
        code: "plugin-name-invalid",
        text: `"${text}" is not a valid plugin name: use the name of a package, with or without a scope`,
        span,
      });
      continue;
    }
    context.draft.plugins.push({
      name: text,
      src,
      origin: context.locate(line.span),
    });
  }
};
