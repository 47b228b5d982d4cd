import { readFileSync } from "node:fs";
import type { FunctionPragma } from "@arclet/manifest";
import { packageFolder } from "../package-folder.ts";

export type Language = "javascript" | "typescript";

/** The page of the echo app, served by `get-index`. */
export const pageScript = "public/index.mjs";

/** Text of a file of this package's `templates` folder. */
export function templateText(path: string): string {
  return readFileSync(new URL(`templates/${path}`, packageFolder), "utf8");
}

export interface HandlerRequest {
  readonly pragma: FunctionPragma;
  readonly name: string;
  readonly language: Language;
  /** The nearest package.json says `"type": "module"`. */
  readonly isModule: boolean;
  /** The app has sockets, so its first page can be the echo page. */
  readonly hasSockets: boolean;
}

/** Returns the handler template for a function without one. */
export function handlerTemplate(request: HandlerRequest): { name: string; content: string } {
  const template = templateName(request);
  if (request.language === "typescript") {
    return { name: "index.ts", content: templateText(`typescript/${template}.ts`) };
  }
  const content = templateText(`javascript/${template}.js`);
  return { name: "index.js", content: request.isModule ? asModule(content) : content };
}

/** Whether the handler serves the page that loads `public/index.mjs`. */
export function isEchoPage({ pragma, name, hasSockets }: HandlerRequest): boolean {
  return pragma === "http" && name === "get-index" && hasSockets;
}

function templateName(request: HandlerRequest): string {
  if (isEchoPage(request)) return "get-index";
  if (request.pragma !== "ws") return request.pragma;
  return isLifecycle(request.name) ? `ws-${request.name}` : "ws-action";
}

function isLifecycle(name: string): boolean {
  return name === "connect" || name === "default" || name === "disconnect";
}

/** Converts a CommonJS template to an ES module. */
function asModule(content: string): string {
  return content
    .replace(/^const (\{.*\}) = require\((".*")\);$/m, "import $1 from $2;")
    .replace(/^exports\.handler =/m, "export const handler =");
}
