/** Folder of this package. This module is one folder below it, both in `dist/` and in `bundle/`. */
export const packageFolder: URL = new URL("../", import.meta.url);
