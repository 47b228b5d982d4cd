import type { StaticFiles } from "@arclet/manifest";
import { decode, encodings } from "@arclet/static";
import type { AwsClients } from "../aws/aws-clients.ts";

/** Of a map of names: some hundred thousand files. */
const largestMapBytes = 64 * 1024 * 1024;

/** Fingerprinted files of the previous deploy, which open pages still request. */
export async function previousNames(
  clients: AwsClients,
  bucket: string,
  prefix: string,
  { prune, fingerprint }: StaticFiles,
): Promise<readonly string[]> {
  if (!prune || fingerprint === false) return [];
  const [{ GetObjectCommand, NoSuchKey }, client] = await Promise.all([
    import("@aws-sdk/client-s3"),
    clients.s3(),
  ]);
  try {
    const key = `${prefix}static.json`;
    const { Body, ContentEncoding } = await client.send(
      new GetObjectCommand({ Bucket: bucket, Key: key }),
    );
    const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
    const encoding = encodings.find((one) => one === ContentEncoding);
    const text = encoding === undefined ? bytes : decode(bytes, encoding, largestMapBytes);
    const map = JSON.parse(Buffer.from(text).toString("utf8")) as Record<string, string>;
    return Object.values(map).map((name) => prefix + name);
  } catch (error) {
    if (error instanceof NoSuchKey) return [];
    throw error;
  }
}
