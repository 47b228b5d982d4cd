/** Folder of this package, seen from `dist/` as from `bundle/`: this module is one folder below it in both. */
export const packageFolder: URL = new URL("../", import.meta.url);
