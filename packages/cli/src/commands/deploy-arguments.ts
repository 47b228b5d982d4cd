import type { DeployOptions } from "@arclet/deploy";
import type { Project } from "@arclet/manifest";
import { CliError } from "../errors.ts";

/** Flags of `arclet deploy`, except those that choose the target. */
export const deployArgs = {
  functions: {
    type: "positional",
    required: false,
    valueHint: "...",
    description: "With --fast, update only these functions: ws/default, or their folders",
  },
  plan: { type: "boolean", description: "Show what would change; exit with 2 if anything would" },
  "dry-run": {
    type: "boolean",
    alias: "eject",
    description: "Write the template, archives and static files to .arclet/deploy; upload nothing",
  },
  fast: { type: "boolean", alias: "f", description: "Update only the functions' code" },
  direct: { type: "boolean", description: "Same as --fast; Architect's name for it" },
  static: { type: "boolean", alias: "s", description: "Upload only the static files" },
  rollback: { type: "boolean", description: "Restore the deploy before the last one" },
  yes: { type: "boolean", alias: "y", description: "Replace and delete data without a prompt" },
  adopt: { type: "boolean", description: "Take over the app's Architect stack without a prompt" },
  "delete-tables": {
    type: "boolean",
    description: "Delete tables removed from the app, instead of keeping them in AWS",
  },
  prune: { type: "boolean", description: "Delete static files that are no longer in the folder" },
  tags: { type: "string", alias: "t", description: "Tags for the stack: team=web,cost=42" },
  verbose: { type: "boolean", alias: "v", description: "Also list unchanged resources and files" },
  // Arclet never copies shared code into functions' folders.
  hydrate: {
    type: "boolean",
    default: true,
    negativeDescription: "No effect: Arclet does not copy shared code into functions' folders",
  },
} as const;

type Mode = DeployOptions["mode"] | "plan" | "rollback";

interface ModeArguments {
  readonly "dry-run"?: boolean | undefined;
  readonly fast?: boolean | undefined;
  readonly direct?: boolean | undefined;
  readonly static?: boolean | undefined;
  readonly plan?: boolean | undefined;
  readonly rollback?: boolean | undefined;
  readonly tags?: string | undefined;
  readonly _: readonly string[];
}

/** Words that name functions. After `--tags` they are further tags, as in Architect. */
function functionWords({ tags, _: words }: Pick<ModeArguments, "tags" | "_">): readonly string[] {
  return tags === undefined ? words : words.filter((word) => !word.includes("="));
}

/** @throws CliError `ERR_USAGE` for flags that exclude each other */
export function modeOf(args: ModeArguments): Mode {
  const given: readonly (readonly [boolean | undefined, Mode])[] = [
    [args.plan, "plan"],
    [args["dry-run"], "dry-run"],
    [args.fast === true || args.direct, "code"],
    [args.static, "static"],
    [args.rollback, "rollback"],
  ];
  const [mode = "all", ...others] = given.flatMap(([isGiven, one]) =>
    isGiven === true ? [one] : [],
  );
  if (others.length > 0)
    throw new CliError(
      "ERR_USAGE",
      "Give only one of --plan, --dry-run, --fast, --static and --rollback",
    );
  const words = functionWords(args);
  if (words.length > 0 && mode !== "code")
    throw new CliError("ERR_USAGE", `${words.join(" ")}: name functions only together with --fast`);
  return mode;
}

/** Ids of the functions named by id or folder; all functions if none is named. */
export function functionsOf(
  { functions }: Project,
  args: Pick<ModeArguments, "tags" | "_">,
): readonly string[] {
  const words = functionWords(args);
  if (words.length === 0) return functions.map(({ id }) => id);
  return words.map((word) => {
    const path = word.replace(/^\.\//, "").replace(/\/+$/, "");
    const found = functions.find(
      ({ id, sourceCandidates }) => id === path || sourceCandidates.includes(path),
    );
    if (found !== undefined) return found.id;
    throw new CliError("ERR_USAGE", `The app has no function ${word}`, {
      hints: [`Functions: ${functions.map(({ id }) => id).join(", ")}.`],
    });
  });
}

/** Returns the project with `prune true` set under `@static`. */
export function prunedProject(project: Project): Project {
  const { manifest } = project;
  if (manifest.static === null) return project;
  return { ...project, manifest: { ...manifest, static: { ...manifest.static, prune: true } } };
}

/** Parses `team=web,cost=42`, or `team=web cost=42` as in Architect. @throws CliError `ERR_USAGE` */
export function tagsOf({ tags, _: words }: Pick<ModeArguments, "tags" | "_">): {
  readonly [name: string]: string;
} {
  if (tags === undefined) return {};
  const further = words.filter((word) => word.includes("="));
  const pairs = [tags, ...further].flatMap((text) => text.split(",")).filter((pair) => pair !== "");
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, name, value] = /^([^=]+)=(.*)$/.exec(pair) ?? [];
      if (name === undefined || value === undefined)
        throw new CliError(
          "ERR_USAGE",
          `--tags: "${pair}" must be a name, an equals sign and a value`,
        );
      if (name.startsWith("aws:") || name.startsWith("arclet:"))
        throw new CliError(
          "ERR_USAGE",
          `--tags: names that begin with aws: or arclet: are reserved`,
        );
      return [name, value];
    }),
  );
}
