/** What was saved since the last reload. */
export interface SavedFiles {
  /** Manifest, preferences, `.env` or a function's config. */
  readonly isProjectChanged: boolean;
  /** Functions whose sources changed. */
  readonly functionIds: ReadonlySet<string>;
}
