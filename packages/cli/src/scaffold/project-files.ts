import { newProjectRuntime } from "@arclet/manifest";
import { arcletVersion } from "../version.ts";
import { templateText, type Language } from "./templates.ts";

/** Packages for type-checking generated TypeScript. Running it needs none of them. */
export const typeDependencies = {
  "@types/node": "^20.19.43",
  typescript: "^7.0.2",
  // Node.js 20 does not run tests that are written in TypeScript.
  vitest: "^4.1.12",
};

/** Preferences for local development; they are not deployed. */
const preferences = `@sandbox
livereload true # reloads pages when you save
`;

/** A file `init` would write, relative to the project, with `/` between folders. */
export interface PlannedFile {
  readonly path: string;
  readonly content: string;
}

/** The manifest of a new app. */
export function newManifest(app: string): PlannedFile {
  const content = `@app
${app}

@aws
runtime ${newProjectRuntime}

@ws
# connect, default and disconnect are always there

@http
get /
`;
  return { path: ".arc", content };
}

/** Preferences of a new app. */
export const newPreferences: PlannedFile = { path: "preferences.arc", content: preferences };

/** Files a project needs besides its functions. `isNew`: the whole app is new, so the sample test fits it. */
export function projectFiles(
  app: string,
  language: Language,
  isNew: boolean,
): readonly PlannedFile[] {
  const files: PlannedFile[] = [
    { path: "package.json", content: packageJson(app, language, isNew) },
    { path: ".gitignore", content: "node_modules/\n.arclet/\n.env\n" },
  ];
  if (isNew) {
    const name = language === "typescript" ? "app.test.ts" : "app.test.mjs";
    files.push({ path: `test/${name}`, content: templateText(`${language}/${name}`) });
  }
  if (language === "typescript") {
    files.push({ path: "tsconfig.json", content: templateText("typescript/tsconfig.json") });
  }
  return files;
}

function packageJson(app: string, language: Language, isNew: boolean): string {
  const version = `^${arcletVersion()}`;
  const isTyped = language === "typescript";
  const content = {
    name: app,
    private: true,
    scripts: {
      dev: "arclet dev",
      check: isTyped ? "arclet check && tsc" : "arclet check",
      ...(isTyped ? { typecheck: "arclet types && tsc --noEmit" } : {}),
      ...(isNew ? { test: isTyped ? "vitest run" : "node --test test/*.test.mjs" } : {}),
    },
    dependencies: { "@arclet/functions": version },
    devDependencies: { ...(isTyped ? typeDependencies : {}), arclet: version },
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}
