/** Changes saved since the last reload. */
export interface SavedFiles {
  /** Whether the manifest, preferences, `.env`, a function's config or the set of folders changed. */
  readonly isProjectChanged: boolean;
  /** Functions whose sources changed, with the changed files; an empty list if packages changed. */
  readonly functions: ReadonlyMap<string, readonly string[]>;
}

export function mergeSaved(first: SavedFiles | null, second: SavedFiles): SavedFiles {
  if (first === null) return second;
  const functions = new Map(first.functions);
  for (const [id, files] of second.functions)
    functions.set(id, [...new Set([...(functions.get(id) ?? []), ...files])]);
  return { isProjectChanged: first.isProjectChanged || second.isProjectChanged, functions };
}
