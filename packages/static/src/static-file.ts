/** Encodings in which a file may be stored, preferred first. */
export const encodings = ["br", "gzip"] as const;
export type Encoding = (typeof encodings)[number];

/** Metadata of a file. */
export interface StaticFile {
  /** Bytes, as stored. */
  readonly size: number;
  /** With its quotes, `W/` before them when weak. */
  readonly etag: string;
  /** Epoch milliseconds. */
  readonly modifiedAt: number;
  readonly contentType: string;
  readonly cacheControl: string;
  /** Encoding of the bytes; null for none. */
  readonly encoding: Encoding | null;
  /** Encodings in which the same file lies beside it, named with `.br` or `.gz` at the end. */
  readonly variants: readonly Encoding[];
}

/** Storage of files: a folder or a bucket. */
export interface FileStore<File extends StaticFile> {
  /** null if the file does not exist. Names have no leading slash. */
  find(name: string): Promise<File | null>;
  /** Fingerprinted names by plain names, if files are stored only under fingerprinted names. */
  fingerprints?(): Promise<Readonly<Record<string, string>>>;
}

/** Settings of `@static` that affect how files are served. */
export interface ServingSettings {
  readonly spa: boolean;
  /** Parts of names that are not served. */
  readonly ignore: readonly string[];
  /** Folder of the bucket that holds the files: a path may name it, and need not. */
  readonly prefix: string | null;
}

export interface StaticRequest {
  readonly method: "GET" | "HEAD";
  /** Decoded, without a slash at its beginning. */
  readonly name: string;
  /** The value of a header by its name in lower case. */
  readonly header: (name: string) => string | undefined;
}

export interface StaticResponse<File extends StaticFile> {
  readonly status: number;
  /** Lower-case names. `content-length` is that of the body, or for HEAD what it would be. */
  readonly headers: Readonly<Record<string, string>>;
  /** The file and range to send; null for no body. `end` is exclusive. */
  readonly body: { readonly file: File; readonly start: number; readonly end: number } | null;
}
