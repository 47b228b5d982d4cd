export interface BuildOptions {
  /** Absolute project folder. */
  readonly root: string;
  /** Absolute. @default `<root>/.arclet/build` */
  readonly outDirectory?: string;
  /** Import specifiers and the absolute paths they resolve to: `@architect/shared`. @default none */
  readonly alias?: { readonly [specifier: string]: string };
  /**
   * Absolute path of the manifest's `.arc` text, copied to where helpers of 2019 read it.
   * @default none
   */
  readonly manifestFile?: string;
  /**
   * Leaves version 2 of the AWS SDK where it is installed, instead of bundling its 40 MB into every function that
   * uses it. Only for builds that run on this machine.
   * @default false
   */
  readonly keepsOlderAwsSdk?: boolean;
  /** Modules to replace in tests: absolute path to absolute path. @default none */
  readonly replace?: { readonly [file: string]: string };
  /** @default false */
  readonly minify?: boolean;
  /**
   * Absolute paths of build folders from which functions may still start. They are not changed; a new build
   * goes to a folder next to the usual one.
   * @default none
   */
  readonly foldersInUse?: () => ReadonlySet<string>;
  /**
   * Absolute path of the build cache, with which the next builder skips unchanged functions.
   * @default none
   */
  readonly cacheDirectory?: string;
}
