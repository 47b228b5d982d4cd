/** Encodings that a file may be stored in, best first. */
export const encodings = ["br", "gzip"] as const;
export type Encoding = (typeof encodings)[number];

/** What is known of a file before its bytes are read. */
export interface StaticFile {
  /** Bytes, as stored. */
  readonly size: number;
  /** With its quotes, `W/` before them when weak. */
  readonly etag: string;
  /** Epoch milliseconds. */
  readonly modifiedAt: number;
  readonly contentType: string;
  readonly cacheControl: string;
  /** How the bytes are encoded; null: as they are. */
  readonly encoding: Encoding | null;
  /** Encodings in which the same file lies beside it, named with `.br` or `.gz` at the end. */
  readonly variants: readonly Encoding[];
}

/** Where files are: a folder, or a bucket. */
export interface FileStore<File extends StaticFile> {
  /** null: there is no such file. Names have no slash at their beginning. */
  find(name: string): Promise<File | null>;
  /** Fingerprinted names by plain ones, where files have those only. */
  fingerprints?(): Promise<Readonly<Record<string, string>>>;
}

/** What of `@static` decides how files are served. */
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
  /** Names in lower case. `content-length` is that of what is sent, or would be for HEAD. */
  readonly headers: Readonly<Record<string, string>>;
  /** What to send of which file; null: no body. `end` is behind the last byte. */
  readonly body: { readonly file: File; readonly start: number; readonly end: number } | null;
}
