import { join } from "node:path";
import type { RuntimeOptions } from "@arclet/runtime";
import { CliError } from "../errors.ts";
import { projectCertificate, readCertificate, type Certificate } from "./certificate.ts";

/** Flags for network access: origins, public URL, TLS. */
export const networkArgs = {
  "allow-origin": {
    type: "string",
    valueHint: "origins",
    description: "Let pages of these origins open sockets: http://app:3333,https://other.example",
  },
  "public-url": {
    type: "string",
    valueHint: "url",
    description:
      "URL of the tunnel or proxy in front of the app; pages connect their sockets to it",
  },
  https: {
    type: "boolean",
    description: "Serve HTTPS; with a self-signed certificate unless --cert and --key are given",
  },
  cert: { type: "string", valueHint: "file", description: "Certificate chain as a PEM file" },
  key: { type: "string", valueHint: "file", description: "Private key of --cert as a PEM file" },
} as const;

export interface NetworkFlags {
  readonly allowOrigin: string | undefined;
  readonly publicUrl: string | undefined;
  readonly https: boolean | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

/** Network access of the app: origins, public URL, TLS. */
export type NetworkOptions = Pick<RuntimeOptions, "allowedOrigins" | "publicUrl" | "tls">;

/**
 * Reads the network flags.
 * @param root Absolute project folder; the certificate is kept in its `.arclet/certificate`.
 * @throws CliError `ERR_USAGE` for an invalid origin, URL or certificate.
 */
export async function networkOptions(root: string, flags: NetworkFlags): Promise<NetworkOptions> {
  const { allowOrigin, publicUrl } = flags;
  const tls = await tlsOf(root, flags);
  return {
    ...(allowOrigin === undefined ? {} : { allowedOrigins: originsOf(allowOrigin) }),
    ...(publicUrl === undefined ? {} : { publicUrl: publicUrlOf(publicUrl) }),
    ...(tls === null ? {} : { tls }),
  };
}

async function tlsOf(
  root: string,
  { https, cert, key }: NetworkFlags,
): Promise<Certificate | null> {
  if (cert !== undefined && key !== undefined) return readCertificate(cert, key);
  if (cert !== undefined || key !== undefined) {
    const missing = cert === undefined ? "--cert" : "--key";
    throw new CliError("ERR_USAGE", `${missing} is missing: a certificate needs its private key`, {
      hints: ["Pass both: --cert ./cert.pem --key ./key.pem"],
    });
  }
  if (https !== true) return null;
  return projectCertificate(join(root, ".arclet", "certificate"), Date.now());
}

function originsOf(given: string): string[] {
  return given.split(",").map((text) => {
    const origin = text.trim();
    if (origin === "*" || isOrigin(origin)) return origin;
    throw new CliError("ERR_USAGE", `--allow-origin: "${origin}" is not an origin`, {
      hints: ["Pass scheme, host and port, without a path: --allow-origin http://app:3333"],
    });
  });
}

function isOrigin(text: string): boolean {
  return isWebUrl(text) && new URL(text).origin === text;
}

function publicUrlOf(given: string): string {
  if (isWebUrl(given) && new URL(given).pathname === "/") return new URL(given).origin;
  throw new CliError("ERR_USAGE", `--public-url: "${given}" is not the URL of an app`, {
    hints: ["Pass scheme and host, without a path: --public-url https://app.example"],
  });
}

function isWebUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
