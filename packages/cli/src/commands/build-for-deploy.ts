import type { BuiltFunction } from "@arclet/builder";
import type { PluggedProject } from "../plugins/plugged-project.ts";
import { diagnosticsText } from "../terminal/diagnostics-text.ts";
import { processTerminal } from "../terminal/style.ts";
import { FunctionBuilds } from "../project/function-builds.ts";
import { createProjectBuilder } from "../project/project-builder.ts";

/** Builds the functions for a deploy. Returns null after reporting a function that does not build. */
export async function buildForDeploy({
  project,
  runtimes,
}: PluggedProject): Promise<readonly BuiltFunction[] | null> {
  const { style, writeError } = processTerminal();
  const builder = createProjectBuilder(project, { runtimes: () => runtimes });
  try {
    const builds = new FunctionBuilds((declared) => builder.build(declared));
    const round = await builds.buildAll(project.functions, project.functions);
    if (round.diagnostics.length > 0)
      writeError(`${diagnosticsText(round.diagnostics, style.hasColor)}\n`);
    if (round.failed.length > 0) return null;
    return project.functions.flatMap(({ id }) => {
      const build = builds.get(id);
      return build.ok ? [build.built] : [];
    });
  } finally {
    await builder.close();
  }
}
