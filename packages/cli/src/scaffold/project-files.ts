import { arcletVersion } from "../version.ts";
import { templateText, type Language } from "./templates.ts";

/** What type-checking the generated TypeScript takes; running it takes none of these. */
export const typeDependencies = {
  "@types/node": "^20.19.43",
  typescript: "^7.0.2",
};

/** A file `init` would write, relative to the project, with `/` between folders. */
export interface PlannedFile {
  readonly path: string;
  readonly content: string;
}

/** The manifest of a new app. */
export function newManifest(app: string): PlannedFile {
  const content = `@app
${app}

@ws
# connect, default and disconnect are always there

@http
get /
`;
  return { path: ".arc", content };
}

/** What a project needs around its functions. */
export function projectFiles(app: string, language: Language): readonly PlannedFile[] {
  const files: PlannedFile[] = [
    { path: "package.json", content: packageJson(app, language) },
    { path: ".gitignore", content: "node_modules/\n.arclet/\n.env\n" },
  ];
  if (language === "typescript") {
    files.push({ path: "tsconfig.json", content: templateText("typescript/tsconfig.json") });
  }
  return files;
}

function packageJson(app: string, language: Language): string {
  const version = `^${arcletVersion()}`;
  const isTyped = language === "typescript";
  const content = {
    name: app,
    private: true,
    scripts: {
      dev: "arclet dev",
      check: isTyped ? "arclet check && tsc" : "arclet check",
    },
    dependencies: { "@arclet/functions": version },
    devDependencies: { ...(isTyped ? typeDependencies : {}), arclet: version },
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}
