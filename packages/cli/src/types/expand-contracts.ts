import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";

/** An action of the app and the file of its handler. */
export interface ActionSource {
  readonly name: string;
  /** Absolute. */
  readonly file: string;
  /** `handler` */
  readonly exportName: string;
}

/** Types as text, without imports. */
export interface Contracts {
  /** `{ input: …; output: … }` by action. */
  readonly actions: ReadonlyMap<string, string>;
  /** Messages the app sends, by `type`; null without a file of messages. */
  readonly messages: string | null;
  /** Rows by table name; null without a file of rows. */
  readonly rows: string | null;
}

export interface ExpandOptions {
  /** Absolute project folder. */
  readonly root: string;
  readonly actions: readonly ActionSource[];
  /** Absolute path of the file that exports the interface `Messages`; null without one. */
  readonly messagesFile: string | null;
  /** Absolute path of the file that exports the interface `Rows`; null without one. */
  readonly rowsFile: string | null;
}

/** Helper types that convert a type to its form as JSON or in a table. */
const probeTypes = `
type Wire<T> = T extends string | number | boolean | null | undefined | void ? T
  : T extends { toJSON(): infer J } ? Wire<J>
  : T extends (...args: never[]) => unknown ? never
  : T extends object ? { [K in keyof T]: Wire<T[K]> } : T;
type Contract<H> = H extends { readonly input?: infer I; readonly output?: infer O }
  ? { input: unknown extends I ? Record<string, unknown> : Wire<Exclude<I, undefined>>; output: unknown extends O ? void : Wire<O> }
  : { input: Record<string, unknown>; output: void };
declare function contract<H>(handler: H): Contract<H>;
declare function messages<M>(): { [Type in keyof M]: Wire<M[Type]> };
type Stored<T> = T extends string | number | bigint | boolean | null | undefined | Uint8Array | ReadonlySet<unknown> ? T
  : T extends object ? { [K in keyof T]: Stored<T[K]> } : T;
declare function rows<R>(): { [Table in keyof R]: Stored<R[Table]> };
`;

/**
 * Uses the project's compiler to write types without imports: it emits declarations of values whose types are
 * fully resolved. Errors in handlers are left for `tsc` to report. null if TypeScript is not installed.
 */
export async function expandContracts(options: ExpandOptions): Promise<Contracts | null> {
  const { root, actions, messagesFile, rowsFile } = options;
  const compiler = await compilerOf(root);
  if (compiler === null) return null;
  // Inside the project, so that imports resolve as in its handlers.
  const parent = join(root, ".arclet");
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, "types-"));
  try {
    const imports = actions.map(({ file, exportName }, index) => {
      return `import { ${exportName} as h${index} } from ${specifier(folder, file)};`;
    });
    const probes = actions.map((_, index) => `export const a${index} = contract(h${index});`);
    if (messagesFile !== null) {
      imports.push(`import type { Messages } from ${specifier(folder, messagesFile)};`);
      probes.push("export const m = messages<Messages>();");
    }
    if (rowsFile !== null) {
      imports.push(`import type { Rows } from ${specifier(folder, rowsFile)};`);
      probes.push("export const r = rows<Rows>();");
    }
    await writeFile(
      join(folder, "probe.ts"),
      `${imports.join("\n")}\n${probeTypes}\n${probes.join("\n")}\n`,
    );
    await writeFile(join(folder, "tsconfig.json"), await probeSettings(root, folder));
    // tsc exits with 2 on type errors, and still writes the output.
    await promisify(execFile)(process.execPath, [compiler, "-p", folder], { cwd: root }).catch(
      () => null,
    );
    const written = join(folder, "out", relative(root, folder), "probe.d.ts");
    return readContracts(await readFile(written, "utf8").catch(() => ""), actions);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function readContracts(declaration: string, actions: readonly ActionSource[]): Contracts {
  return {
    actions: new Map(
      actions.flatMap(({ name }, index) => {
        const type = typeOf(`a${index}`, declaration);
        return type === null ? [] : [[name, type] as const];
      }),
    ),
    messages: typeOf("m", declaration),
    rows: typeOf("r", declaration),
  };
}

/** Extracts the type of a declared constant: the text up to a semicolon followed by an unindented line. */
function typeOf(name: string, declaration: string): string | null {
  const head = `export declare const ${name}: `;
  const start = declaration.indexOf(head);
  if (start === -1) return null;
  const rest = declaration.slice(start + head.length);
  const end = rest.search(/;\r?\n(?=[^\s}]|$)/);
  return rest.slice(0, end === -1 ? undefined : end);
}

async function probeSettings(root: string, folder: string): Promise<string> {
  const own = join(root, "tsconfig.json");
  const hasOwn = await readFile(own, "utf8").then(
    () => true,
    () => false,
  );
  return JSON.stringify({
    ...(hasOwn ? { extends: relative(folder, own).replaceAll("\\", "/") } : {}),
    compilerOptions: {
      ...(hasOwn
        ? {}
        : { target: "ES2022", module: "ESNext", moduleResolution: "Bundler", strict: true }),
      noEmit: false,
      declaration: true,
      emitDeclarationOnly: true,
      declarationMap: false,
      composite: false,
      incremental: false,
      isolatedDeclarations: false,
      noEmitOnError: false,
      allowImportingTsExtensions: true,
      rewriteRelativeImportExtensions: false,
      allowJs: true,
      checkJs: false,
      skipLibCheck: true,
      rootDir: relative(folder, root).replaceAll("\\", "/"),
      outDir: "out",
    },
    files: ["probe.ts"],
    include: [],
  });
}

function specifier(folder: string, file: string): string {
  return JSON.stringify(relative(folder, file).replaceAll("\\", "/"));
}

/** Absolute path of the project's `tsc`; null if it is not installed. */
async function compilerOf(root: string): Promise<string | null> {
  try {
    const manifest = createRequire(join(root, "package.json")).resolve("typescript/package.json");
    const { bin } = JSON.parse(await readFile(manifest, "utf8")) as { bin: { tsc: string } };
    return join(dirname(manifest), bin.tsc);
  } catch {
    return null;
  }
}
