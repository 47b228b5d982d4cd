import { open } from "node:fs/promises";
import { join } from "node:path";
import type { FunctionConfig } from "@arclet/manifest";
import { DeployError } from "../errors.ts";

type Architecture = FunctionConfig["architecture"];

/** `e_machine` of ELF files (System V ABI, chapter 4). */
const machines: { readonly [machine: number]: Architecture } = { 62: "x86_64", 183: "arm64" };
/** Platform parts in the names of native files and packages. */
const platformWords =
  /[-_.+]?(?:darwin|linux|win32|android|freebsd|openbsd|musl|glibc|gnueabihf|gnu|msvc|eabi|x64|ia32|arm64|armv\d|arm|universal)(?![a-z])/g;

/**
 * Refuses packages without a native module for Lambda, such as those installed for a laptop. A package with
 * modules for several platforms needs one that fits.
 *
 * @param names Files of the build folder.
 * @throws DeployError `ERR_NATIVE_MODULE`
 */
export async function checkNativeModules(
  functionId: string,
  architecture: Architecture,
  directory: string,
  names: readonly string[],
): Promise<void> {
  const fits = new Map<string, boolean>();
  for (const name of names) {
    if (!name.endsWith(".node")) continue;
    // Lambda has glibc; Android has the same processors.
    const isFit =
      !/musl|android/.test(name) && (await machineOf(join(directory, name))) === architecture;
    const family = familyOf(name);
    fits.set(family, isFit || fits.get(family) === true);
  }
  const [unfit] = [...fits].flatMap(([family, isFit]) => (isFit ? [] : [family]));
  if (unfit === undefined) return;
  const cpu = architecture === "x86_64" ? "x64" : "arm64";
  const other = architecture === "x86_64" ? "arm64" : "x86_64";
  throw new DeployError(
    "ERR_NATIVE_MODULE",
    `${functionId} ships ${unfit} without a native module for Linux on ${architecture}, where it runs`,
    {
      hints: [
        `Install it for Lambda: npm install --os=linux --cpu=${cpu} --libc=glibc`,
        `Or run the function elsewhere: \`architecture ${other}\` under @aws.`,
      ],
    },
  );
}

/** The package of a file, the same for each machine: `@img/sharp` of `@img/sharp-linux-x64`. */
function familyOf(name: string): string {
  const found = /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(name)?.[1] ?? name;
  // The bundler adds a hash to the names of modules beside a bundle.
  return found.replace(/-[A-Z0-9]{8}(?=\.node$)/, "").replace(platformWords, "");
}

/** null if the file is not for Linux. */
async function machineOf(path: string): Promise<Architecture | null> {
  const file = await open(path);
  try {
    const { buffer: head, bytesRead } = await file.read(Buffer.alloc(20), 0, 20, 0);
    if (bytesRead < 20 || head.toString("latin1", 0, 4) !== "\x7fELF") return null;
    return machines[head.readUInt16LE(18)] ?? null;
  } finally {
    await file.close();
  }
}
