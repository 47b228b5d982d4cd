// Installs the Autobahn test suite from PyPI into a virtual environment of its own, makes it run on
// Python 3 (port.py), and drives its fuzzing client.
import { execFile, execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { ensureEnvironment, pip } from "../../scripts/python.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const cache = fileURLToPath(new URL("../../.cache/autobahn", import.meta.url));

// `autobahn` 0.10.9 is the version whose interfaces the suite was written against. The suite's own
// list of requirements pins versions that Python 3 cannot run, hence `--no-deps`.
const suite = ["autobahntestsuite==25.10.1", "autobahn==0.10.9", "txaio==2.1.0"];
const dependencies = ["twisted==26.10.0", "jinja2==3.1.6", "six==1.17.0", "setuptools==80.9.0"];
// lib2to3 as a package, for Python 3.13 and newer.
const converter = "fissix==24.4.24";

/** Absolute path of a Python that can run the fuzzing client. Installs it the first time. */
export function installFuzzer() {
  const port = join(here, "port.py");
  const environment = join(cache, "venv");
  const prepare = (python) => {
    pip(python, "--no-deps", ...suite);
    const library = join(environment, "lib");
    const version = readdirSync(library).find((name) => name.startsWith("python3"));
    if (Number(version.slice("python3.".length)) >= 13) pip(python, converter);
    execFileSync(python, ["-W", "ignore", port, join(library, version, "site-packages")], {
      stdio: ["ignore", "ignore", "inherit"],
    });
  };
  const salt = readFileSync(port, "utf8") + JSON.stringify([suite, converter]);
  return ensureEnvironment(environment, dependencies, prepare, salt);
}

/**
 * Runs cases (patterns as the suite has them: `1.*`, `6.4.1`) against a server.
 * Returns `{ asked: string[], cases: { [id]: result } }`; a case asked for may be missing.
 */
export async function runFuzzer(python, url, agent, patterns) {
  const specification = join(cache, "specification.json");
  const report = join(cache, `result-${agent}.json`);
  rmSync(report, { force: true });
  writeFileSync(
    specification,
    JSON.stringify({ servers: [{ agent, url }], cases: patterns, "exclude-cases": [] }),
  );
  const { stdout, stderr } = await promisify(execFile)(
    python,
    [join(here, "fuzz.py"), specification, report],
    { maxBuffer: 64 * 1024 * 1024 },
  );
  writeFileSync(join(cache, `fuzzer-${agent}.log`), stdout + stderr);
  if (!existsSync(report)) throw new Error(`the fuzzing client wrote no report:\n${stderr}`);
  return JSON.parse(readFileSync(report, "utf8"));
}
