import type { Project, ProjectFunction } from "@arclet/manifest";

/** Whether a function must be rebuilt because its folder or settings changed, even if its files did not. */
export function needsBuild(before: Project, declared: ProjectFunction): boolean {
  const old = before.functions.find(({ id }) => id === declared.id);
  return (
    old === undefined ||
    old.directory !== declared.directory ||
    old.exists !== declared.exists ||
    old.config.handler !== declared.config.handler ||
    old.config.bundle !== declared.config.bundle ||
    old.config.runtime !== declared.config.runtime
  );
}

/** Describes a change of the project: `+ http/get-cats`, `- ws/hello`, or "the project's settings" for other changes. Empty if nothing changed. */
export function describeProjectChange(before: Project, after: Project): readonly string[] {
  const old = new Set(before.functions.map(({ id }) => id));
  const now = new Set(after.functions.map(({ id }) => id));
  const changes = [
    ...[...now].filter((id) => !old.has(id)).map((id) => `+ ${id}`),
    ...[...old].filter((id) => !now.has(id)).map((id) => `- ${id}`),
  ];
  if (changes.length > 0) return changes;
  return settingsOf(before) === settingsOf(after) ? [] : ["the project's settings"];
}

/** Compares projects without their functions' folders, because builds already report a moved function. */
function settingsOf({ functions, watchedFiles: _watched, ...project }: Project): string {
  const manifest = { ...project.manifest, functions: [] };
  return JSON.stringify({ ...project, manifest, configs: functions.map(({ config }) => config) });
}
