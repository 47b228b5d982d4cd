import type { Metafile } from "esbuild";

/** An import that is left as it is. */
export interface ExternalImport {
  readonly specifier: string;
  /** Absolute path of the module that imports. */
  readonly importer: string;
}

/** What modules import that is not bundled, and the module that does; absolute. */
export function externalImports(
  metafile: Metafile,
  absolute: (path: string) => string,
): readonly ExternalImport[] {
  return Object.entries(metafile.inputs).flatMap(([importer, { imports }]) =>
    imports
      .filter(({ external }) => external === true)
      .map(({ path }) => ({ specifier: path, importer: absolute(importer) })),
  );
}
