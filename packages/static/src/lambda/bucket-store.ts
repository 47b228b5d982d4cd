import { buffer, text } from "node:stream/consumers";
import { AwsClient } from "aws4fetch";
import { askedEachTime } from "../cache-control.ts";
import { getObject } from "./get-object.ts";
import { encodings, type Encoding, type FileStore, type StaticFile } from "../static-file.ts";

/** An object of the bucket. */
export interface BucketFile extends StaticFile {
  readonly key: string;
  /** The object's bytes, as stored. Call it at most once. */
  readonly read: () => Promise<Buffer>;
  /** Discards the bytes. */
  readonly cancel: () => void;
}

export interface BucketOptions {
  /** URL of the bucket, without a slash at its end. */
  readonly url: string;
  /** Folder of the bucket; null: its root. */
  readonly prefix: string | null;
  /** Whether names are fingerprinted, with the map in `static.json`. */
  readonly isFingerprinted: boolean;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** Lifetime of a signed URL in seconds, because a download may start some time after the redirect. */
const signedSeconds = 300;

/** Reads files of a private bucket with signed requests. */
export class Bucket implements FileStore<BucketFile> {
  readonly #options: BucketOptions;
  readonly #client: AwsClient;

  constructor(options: BucketOptions) {
    const { region, accessKeyId, secretAccessKey, sessionToken } = options;
    this.#options = options;
    this.#client = new AwsClient({
      accessKeyId,
      secretAccessKey,
      ...(sessionToken === undefined ? {} : { sessionToken }),
      region,
      service: "s3",
    });
  }

  async find(name: string): Promise<BucketFile | null> {
    const key = this.#keyOf(name);
    const url = this.#urlOf(key);
    const response = await getObject(url, (await this.#client.sign(url)).headers);
    const { statusCode: status = 0, headers } = response;
    if (status === 404) {
      response.resume();
      return null;
    }
    if (status !== 200) {
      throw new Error(`S3 answered ${status} for ${key}: ${await text(response)}`);
    }
    const encoding = headers["content-encoding"];
    return {
      key,
      size: Number(headers["content-length"]),
      etag: headers.etag ?? "",
      modifiedAt: Date.parse(headers["last-modified"] ?? ""),
      contentType: headers["content-type"] ?? "application/octet-stream",
      cacheControl: headers["cache-control"] ?? askedEachTime,
      encoding: encodings.find((one) => one === encoding) ?? null,
      variants: variantsIn(headers["x-amz-meta-encodings"]),
      read: () => buffer(response),
      cancel: () => void response.destroy(),
    };
  }

  async fingerprints(): Promise<Readonly<Record<string, string>>> {
    if (!this.#options.isFingerprinted) return {};
    const file = await this.find("static.json");
    if (file === null) return {};
    return JSON.parse((await file.read()).toString("utf8")) as Record<string, string>;
  }

  /** A signed URL of the object, valid for some minutes. */
  async signedUrl({ key }: BucketFile): Promise<string> {
    const url = new URL(this.#urlOf(key));
    url.searchParams.set("X-Amz-Expires", String(signedSeconds));
    return (await this.#client.sign(url, { aws: { signQuery: true } })).url;
  }

  #keyOf(name: string): string {
    const { prefix } = this.#options;
    return prefix === null ? name : `${prefix}/${name}`;
  }

  #urlOf(key: string): string {
    return `${this.#options.url}/${key.split("/").map(encodeURIComponent).join("/")}`;
  }
}

function variantsIn(header: string | string[] | undefined): readonly Encoding[] {
  const named = String(header ?? "").split(",");
  return encodings.filter((encoding) => named.includes(encoding));
}
