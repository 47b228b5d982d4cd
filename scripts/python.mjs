// Python for the tests that need programs from PyPI; each gets an environment of its own.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";

/**
 * Command of a Python 3 that can make virtual environments. On Debian what is missing is installed
 * when this user may do it.
 * @throws Error that tells what to install
 */
export function ensurePython() {
  const python = process.env.PYTHON ?? "python3";
  if (canMakeEnvironments(python)) return python;
  if (existsSync("/usr/bin/apt-get")) {
    console.log("Installing Python for the tests that need it …");
    const elevate = process.getuid?.() === 0 ? [] : ["sudo", "-n"];
    for (const step of [
      ["apt-get", "update", "-qq"],
      ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "python3", "python3-venv"],
    ]) {
      const [command, ...args] = [...elevate, ...step];
      spawnSync(command, args, {
        // Nothing of it belongs on standard output, whose last line tells a lane's result.
        stdio: ["ignore", "ignore", "inherit"],
        env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
      });
    }
    if (canMakeEnvironments(python)) return python;
  }
  throw new Error(
    `${python} is missing or cannot make virtual environments: install Python 3 with venv ` +
      "(on Debian: apt install python3-venv), or name one in PYTHON",
  );
}

/** Debian leaves `ensurepip` out of `python3`: without it `-m venv` makes an environment without pip. */
function canMakeEnvironments(python) {
  return spawnSync(python, ["-c", "import venv, ensurepip"], { stdio: "ignore" }).status === 0;
}

/**
 * Path of the Python of a virtual environment with these requirements of pip, made or made anew when
 * they differ from the ones last installed. `prepare(python)` runs once after the installation.
 */
export function ensureEnvironment(folder, requirements, prepare = (_python) => {}, salt = "") {
  const python = join(folder, "bin/python");
  const stamp = join(folder, ".arclet-installed");
  const wanted = createHash("sha256")
    .update(JSON.stringify([requirements, salt]))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return python;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(dirname(folder), { recursive: true });
  run(ensurePython(), ["-m", "venv", folder]);
  if (requirements.length > 0) pip(python, ...requirements);
  prepare(python);
  writeFileSync(stamp, wanted);
  return python;
}

/** Installs into the environment of a Python. */
export function pip(python, ...args) {
  run(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...args]);
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: ["ignore", "ignore", "inherit"] });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}`);
}
