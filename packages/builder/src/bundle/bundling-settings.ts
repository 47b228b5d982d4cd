/** Bundling settings of all functions of a project. */
export interface BundlingSettings {
  readonly alias: { readonly [specifier: string]: string };
  /** Absolute path of the manifest's text, for helpers that read it. */
  readonly manifestFile: string | null;
  readonly keepsOlderAwsSdk: boolean;
  readonly minify: boolean;
  /** Absolute paths of modules and their replacements. */
  readonly replace: { readonly [file: string]: string };
}
