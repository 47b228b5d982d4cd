import { X509Certificate } from "node:crypto";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { createSecureContext } from "node:tls";
import { systemErrorCode } from "@arclet/manifest";
import { CliError } from "../errors.ts";

/** PEM texts. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Browsers refuse certificates that are valid for longer than 398 days. */
const validDays = 365;
/** One that ends sooner is replaced. */
const leastDays = 7;
const dayMs = 86_400_000;

/**
 * The certificate of a project: made once, so that a browser has to accept it only once. A
 * new one is made when it expires, or when this machine has an address that it does not name.
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
  // A file that was there keeps its mode when it is written.
  await chmod(keyFile, 0o600);
  await writeFile(certFile, made.cert);
  return made;
}

/**
 * Reads `--cert` and `--key`.
 * @throws CliError `ERR_USAGE` for a file that cannot be read, and for two that do not belong together.
 */
export async function readCertificate(certFile: string, keyFile: string): Promise<Certificate> {
  // One after the other: where both are missing, the message names the same one each time.
  const cert = await readRequired("--cert", certFile);
  const key = await readRequired("--key", keyFile);
  try {
    createSecureContext({ cert, key });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CliError("ERR_USAGE", `--cert and --key cannot be used: ${reason}`, {
      hints: ["Give the certificate, with its chain, and its own private key, both as PEM files."],
      cause,
    });
  }
  return { cert, key };
}

/** Every name that a browser can have for this machine. */
function ownNames(): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  // Link-local addresses are of one interface, which a URL cannot name.
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
    // A file that was cut off or edited is replaced.
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
      // Whoever trusts it trusts this server, and nothing that its key might sign.
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
