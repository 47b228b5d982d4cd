export interface BuildOptions {
  /** Absolute project folder. */
  readonly root: string;
  /** Absolute. @default `<root>/.arclet/build` */
  readonly outDirectory?: string;
  /** Import specifiers and the absolute folders or files they stand for: `@architect/shared`. @default none */
  readonly alias?: { readonly [specifier: string]: string };
  /**
   * Absolute path of the manifest's `.arc` text, put into the build folder where helpers of 2019 read it.
   * @default none
   */
  readonly manifestFile?: string;
  /**
   * Takes version 2 of the AWS SDK from where it is installed: its 40 MB would be bundled into every
   * function that names it. Only for folders that run on this machine.
   * @default false
   */
  readonly keepsOlderAwsSdk?: boolean;
  /** Modules that others stand in for, in tests: absolute path to absolute path. @default none */
  readonly replace?: { readonly [file: string]: string };
  /** @default false */
  readonly minify?: boolean;
  /**
   * Absolute build folders from which functions may still be started. They are left as they are: a build
   * then goes into a folder beside its usual one.
   * @default none
   */
  readonly foldersInUse?: () => ReadonlySet<string>;
  /**
   * Absolute folder that remembers what was built: functions that would come out the same are not built
   * again by the next builder.
   * @default none
   */
  readonly cacheDirectory?: string;
}
