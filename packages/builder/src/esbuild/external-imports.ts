import type { Metafile } from "esbuild";

/** An import that is not bundled. */
export interface ExternalImport {
  readonly specifier: string;
  /** Absolute path of the module that imports. */
  readonly importer: string;
}

/** Lists imports that are not bundled, with the absolute path of the importing module. */
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
