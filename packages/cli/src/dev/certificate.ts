import { X509Certificate } from "node:crypto";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { createSecureContext } from "node:tls";
import { systemErrorCode } from "@arclet/manifest";
import { CliError } from "../errors.ts";

/** In PEM format. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Browsers refuse certificates that are valid for longer than 398 days. */
const validDays = 365;
/** A certificate that expires sooner is replaced. */
const leastDays = 7;
const dayMs = 86_400_000;

/**
 * Returns the project's self-signed certificate. It is kept, so that a browser must accept it only once,
 * and replaced when it expires or this machine has an address that it does not include.
 * @param folder Absolute; readable by its owner only.
 */
export async function projectCertificate(
  folder: string,
  now: number,
  names: readonly string[] = ownNames(),
): Promise<Certificate> {
  const certFile = join(folder, "cert.pem");
  const keyFile = join(folder, "key.pem");
  const [cert, key] = await Promise.all([readOptional(certFile), readOptional(keyFile)]);
  if (cert !== null && key !== null && isUsable(cert, key, names, now)) return { cert, key };
  const made = await makeCertificate(names, now);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(keyFile, made.key, { mode: 0o600 });
  // Writing an existing file does not change its mode.
  await chmod(keyFile, 0o600);
  await writeFile(certFile, made.cert);
  return made;
}

/**
 * Reads `--cert` and `--key`.
 * @throws CliError `ERR_USAGE` if a file cannot be read, or the key does not match the certificate.
 */
export async function readCertificate(certFile: string, keyFile: string): Promise<Certificate> {
  // Read in order, so that the message always names the same file if both are missing.
  const cert = await readRequired("--cert", certFile);
  const key = await readRequired("--key", keyFile);
  try {
    createSecureContext({ cert, key });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CliError("ERR_USAGE", `--cert and --key cannot be used: ${reason}`, {
      hints: [
        "Pass a certificate with its chain, and the certificate's private key, as PEM files.",
      ],
      cause,
    });
  }
  return { cert, key };
}

/** Every host name and address by which a browser can reach this machine. */
function ownNames(): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  // Skip link-local addresses: they need an interface, which a URL cannot name.
  const usable = addresses.filter(({ address }) => !address.startsWith("fe80:"));
  return [...new Set(["localhost", "127.0.0.1", "::1", ...usable.map(({ address }) => address)])];
}

function isUsable(cert: string, key: string, names: readonly string[], now: number): boolean {
  try {
    createSecureContext({ cert, key });
    const parsed = new X509Certificate(cert);
    return (
      Date.parse(parsed.validTo) - now > leastDays * dayMs &&
      names.every(
        (name) => (isIP(name) === 0 ? parsed.checkHost(name) : parsed.checkIP(name)) !== undefined,
      )
    );
  } catch {
    // Replace a truncated or edited file.
    return false;
  }
}

async function makeCertificate(names: readonly string[], now: number): Promise<Certificate> {
  const { generate } = await import("selfsigned");
  const made = await generate([{ name: "commonName", value: "Arclet on this machine" }], {
    keyType: "ec",
    algorithm: "sha256",
    notBeforeDate: new Date(now),
    notAfterDate: new Date(now + validDays * dayMs),
    extensions: [
      // Trusting the certificate must not trust others signed with its key.
      { name: "basicConstraints", cA: false, critical: true },
      { name: "keyUsage", digitalSignature: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: names.map((name) =>
          isIP(name) === 0 ? { type: 2, value: name } : { type: 7, ip: name },
        ),
      },
    ],
  });
  return { cert: made.cert, key: made.private };
}

async function readOptional(file: string): Promise<string | null> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return null;
    throw error;
  }
}

async function readRequired(flag: string, file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new CliError("ERR_USAGE", `${flag}: "${file}" cannot be read`, {
      hints: [`Give the path of a PEM file: ${flag} ./${flag.slice(2)}.pem`],
      cause,
    });
  }
}
