import { didYouMean } from "../did-you-mean.ts";

/** Days as `2026-04-30`; null when AWS has announced none. */
interface Lifecycle {
  /** First day without updates and support. */
  readonly deprecated: string | null;
  /** First day on which Lambda refuses to create functions with it. */
  readonly createBlocked: string | null;
  /** First day on which Lambda refuses to update functions with it. */
  readonly updateBlocked: string | null;
}

function days(deprecated: string, createBlocked: string, updateBlocked: string): Lifecycle {
  return { deprecated, createBlocked, updateBlocked };
}

const undated: Lifecycle = { deprecated: null, createBlocked: null, updateBlocked: null };

/**
 * Every current and past Lambda runtime, with AWS's dates as of 2026-11-25.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
 */
const lifecycles: Readonly<Record<string, Lifecycle>> = {
  "nodejs26.x": undated,
  "nodejs24.x": days("2028-04-30", "2028-06-01", "2028-07-01"),
  "nodejs22.x": days("2027-04-30", "2027-06-01", "2027-07-01"),
  "nodejs20.x": days("2026-04-30", "2026-06-01", "2026-07-01"),
  "nodejs18.x": days("2025-09-01", "2026-06-01", "2026-07-01"),
  "nodejs16.x": days("2024-06-12", "2026-06-01", "2026-07-01"),
  "nodejs14.x": days("2023-12-04", "2024-01-09", "2026-07-01"),
  "nodejs12.x": days("2023-03-31", "2023-03-31", "2023-04-30"),
  "nodejs10.x": days("2021-07-30", "2021-07-30", "2022-02-14"),
  "nodejs8.10": days("2020-03-06", "2020-02-04", "2020-03-06"),
  "nodejs6.10": days("2019-08-12", "2019-07-12", "2019-08-12"),
  "nodejs4.3": days("2020-03-05", "2020-02-03", "2020-03-05"),
  "python3.15": undated,
  "python3.14": days("2029-06-30", "2029-07-31", "2029-08-31"),
  "python3.13": days("2029-06-30", "2029-07-31", "2029-08-31"),
  "python3.12": days("2028-10-31", "2028-11-30", "2029-01-10"),
  "python3.11": days("2026-06-30", "2026-07-31", "2026-08-31"),
  "python3.10": days("2026-06-30", "2026-07-31", "2026-08-31"),
  "python3.9": days("2025-12-15", "2026-06-01", "2026-07-01"),
  "python3.8": days("2024-10-14", "2026-06-01", "2026-07-01"),
  "python3.7": days("2023-12-04", "2024-01-09", "2026-03-09"),
  "python3.6": days("2022-07-18", "2022-07-18", "2022-08-29"),
  "python2.7": days("2021-07-15", "2021-07-15", "2022-05-30"),
  "ruby4.0": undated,
  "ruby3.4": days("2028-03-31", "2028-04-30", "2028-05-31"),
  "ruby3.3": days("2027-03-31", "2027-04-30", "2027-05-31"),
  "ruby3.2": days("2026-03-31", "2026-06-01", "2026-07-01"),
  "ruby2.7": days("2023-12-07", "2024-01-09", "2026-07-01"),
  "ruby2.5": days("2021-07-30", "2021-07-30", "2022-03-31"),
  java25: days("2029-06-30", "2029-07-31", "2029-08-31"),
  java21: days("2029-06-30", "2029-07-31", "2029-08-31"),
  "java17.al2023": undated,
  "java11.al2023": undated,
  "java8.al2023": undated,
  java17: days("2026-06-30", "2026-07-31", "2026-08-31"),
  java11: days("2026-06-30", "2026-07-31", "2026-08-31"),
  "java8.al2": days("2026-06-30", "2026-07-31", "2026-08-31"),
  java8: days("2024-01-08", "2024-02-08", "2026-07-01"),
  dotnet10: days("2028-11-14", "2028-12-14", "2029-01-15"),
  dotnet8: days("2026-11-10", "2027-02-01", "2027-03-03"),
  dotnet6: days("2024-12-20", "2027-02-01", "2027-03-03"),
  "dotnetcore3.1": days("2023-04-03", "2023-04-03", "2023-05-03"),
  "dotnetcore2.1": days("2022-01-05", "2022-01-05", "2022-04-13"),
  "dotnetcore2.0": days("2019-05-30", "2019-04-30", "2019-05-30"),
  "dotnetcore1.0": days("2019-06-27", "2019-06-30", "2019-07-30"),
  "go1.x": days("2024-01-08", "2024-02-08", "2026-07-01"),
  "provided.al2023": days("2029-06-30", "2029-07-31", "2029-08-31"),
  "provided.al2": days("2026-06-30", "2026-07-31", "2026-08-31"),
  provided: days("2024-01-08", "2024-02-08", "2026-07-01"),
};

/** Runtime for each language name: the newest whose dates Lambda documents. */
const newest: Readonly<Record<string, string>> = {
  nodejs: "nodejs24.x",
  python: "python3.14",
  ruby: "ruby3.4",
  java: "java25",
  dotnet: "dotnet10",
  dotnetcore: "dotnet10",
  go: "provided.al2023",
  provided: "provided.al2023",
};

const shortNames: Readonly<Record<string, string>> = {
  node: "nodejs",
  nodejs: "nodejs",
  python: "python",
  py: "python",
  ruby: "ruby",
  rb: "ruby",
  java: "java",
  dotnet: "dotnet",
  ".net": "dotnet",
};

/** Runtime of new projects. A manifest without a runtime keeps `nodejs22.x`, as in Architect. */
export const newProjectRuntime = "nodejs24.x";

/** A runtime of Architect that Lambda does not have. It runs only locally, in its own process. */
const localOnly = "deno";

/** `node` → `nodejs24.x`; an identifier stays as it is. */
export function runtimeOf(written: string): string {
  const language = shortNames[written.toLowerCase()];
  return language === undefined ? written : (newest[language] ?? written);
}

export const runtimeIdentifiers: readonly string[] = Object.keys(lifecycles);

export type RuntimeVerdict =
  | { readonly kind: "fine" }
  | { readonly kind: "warning"; readonly text: string; readonly suggestion: string | null }
  | { readonly kind: "unknown"; readonly text: string; readonly suggestion: string | null };

/** Whether AWS accepts functions with this runtime on a day. */
export function judgeRuntime(runtime: string, today: Date): RuntimeVerdict {
  if (runtime === localOnly)
    return {
      kind: "warning",
      text: `Lambda has no runtime "${runtime}": functions that use it run only locally`,
      suggestion: null,
    };
  if (!Object.hasOwn(lifecycles, runtime)) {
    const suggestion = didYouMean(runtime, [...runtimeIdentifiers, ...Object.keys(shortNames)]);
    const hint =
      suggestion === null
        ? `write one such as ${newProjectRuntime} or python`
        : `did you mean "${suggestion}"?`;
    return { kind: "unknown", text: `Lambda has no runtime "${runtime}": ${hint}`, suggestion };
  }
  const { deprecated, createBlocked, updateBlocked } = lifecycles[runtime] ?? undated;
  const day = today.toISOString().slice(0, 10);
  if (deprecated === null || day < deprecated) return { kind: "fine" };
  const successor = newest[/^[a-z]+/.exec(runtime)?.[0] ?? ""] ?? newProjectRuntime;
  const consequence =
    updateBlocked !== null && day >= updateBlocked
      ? `Lambda has refused to create and to update functions with it since ${updateBlocked}`
      : createBlocked !== null && day >= createBlocked
        ? `Lambda has refused to create functions with it since ${createBlocked}`
        : `Lambda refuses to create functions with it from ${createBlocked ?? "a date to be announced"} on`;
  return {
    kind: "warning",
    text: `the runtime ${runtime} has been deprecated since ${deprecated}, and ${consequence}: use ${successor}`,
    suggestion: successor,
  };
}
