import { X509Certificate } from "node:crypto";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { projectCertificate, readCertificate } from "../../src/dev/certificate.ts";

const now = Date.parse("2026-06-01T00:00:00Z");
const dayMs = 86_400_000;
const names = ["localhost", "127.0.0.1", "::1", "192.168.1.20"];

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "arclet-certificate-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

describe("the certificate of a project", () => {
  test("names this machine, can sign nothing, and is valid for less than 398 days", async () => {
    const { cert } = await projectCertificate(await temporaryFolder(), now, names);
    const parsed = new X509Certificate(cert);
    expect(parsed.checkHost("localhost")).toBe("localhost");
    for (const address of names.slice(1)) expect(parsed.checkIP(address)).toBeDefined();
    expect(parsed.checkHost("evil.example")).toBeUndefined();
    expect(parsed.ca).toBe(false);
    expect(Date.parse(parsed.validTo) - Date.parse(parsed.validFrom)).toBeLessThan(398 * dayMs);
  });

  test("is kept, with a key that only its owner reads", async () => {
    const folder = await temporaryFolder();
    const first = await projectCertificate(folder, now, names);
    expect(await projectCertificate(folder, now + 100 * dayMs, names)).toEqual(first);
    expect((await stat(join(folder, "key.pem"))).mode & 0o777).toBe(0o600);
  });

  test.each([
    ["it expires soon", async () => {}, now + 360 * dayMs, names],
    ["this machine has another address", async () => {}, now, [...names, "10.0.0.7"]],
    [
      "its file was cut off",
      async (folder: string) => writeFile(join(folder, "cert.pem"), "-----BEGIN CERT"),
      now,
      names,
    ],
  ])("is made again when %s", async (_, change, at, wanted) => {
    const folder = await temporaryFolder();
    const first = await projectCertificate(folder, now, names);
    await change(folder);
    const second = await projectCertificate(folder, at, wanted);
    expect(second.cert).not.toBe(first.cert);
    expect(await readFile(join(folder, "cert.pem"), "utf8")).toBe(second.cert);
  });
});

describe("--cert and --key", () => {
  test("are read", async () => {
    const folder = await temporaryFolder();
    const made = await projectCertificate(folder, now, names);
    const read = await readCertificate(join(folder, "cert.pem"), join(folder, "key.pem"));
    expect(read).toEqual(made);
  });

  test("that do not belong together are refused", async () => {
    const [one, other] = [await temporaryFolder(), await temporaryFolder()];
    await projectCertificate(one, now, names);
    await projectCertificate(other, now, names);
    await expect(readCertificate(join(one, "cert.pem"), join(other, "key.pem"))).rejects.toThrow(
      "--cert and --key cannot be used",
    );
  });

  test("that are not there are named", async () => {
    const folder = await temporaryFolder();
    const missing = join(folder, "missing.pem");
    await expect(readCertificate(missing, missing)).rejects.toThrow(
      `--cert: "${missing}" cannot be read`,
    );
  });
});
