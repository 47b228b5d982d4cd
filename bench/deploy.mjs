// `deploy --dry-run` of an app with 50 functions: Arclet bundles and zips them and writes the template,
// Architect writes the template only. And the plan of the same app, deployed to MiniStack and unchanged.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { access, rm, symlink } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { emulatorVariables, startEmulator } from "../scripts/emulator.mjs";
import { installPeer } from "./load/peers.mjs";
import { atLeast, atMost, notMeasured } from "./load/rows.mjs";
import { whileRunning } from "./load/running.mjs";
import { interleave } from "./load/statistics.mjs";
import { writeApp } from "./load/workspace.mjs";

const functionCount = 50;
const rounds = 7;
const arclet = fileURLToPath(new URL("../packages/cli/bundle/bin.js", import.meta.url));

const cold = "Architect deploy --dry-run ÷ arclet deploy --dry-run, cold";
const warm = "Architect deploy --dry-run ÷ arclet deploy --dry-run, warm";
const planned = "arclet deploy --plan of an unchanged app on MiniStack";

export async function measureDeploy({ withPeers }) {
  if (!withPeers) return [];
  // Without Python or PyPI there is no MiniStack, and the others are measured all the same.
  const plan = await measurePlan().catch((error) => notMeasured(planned, error.message));
  return [...(await measureDryRuns()), plan];
}

async function measureDryRuns() {
  const peer = installPeer("architect-deploy");
  const app = await writeApp("deploy-app", appFiles());
  await symlink(join(peer, "node_modules"), join(app, "node_modules"));
  const aws = await openEmptyAws();
  const environment = {
    ...process.env,
    AWS_ENDPOINT_URL: aws.url,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "bench",
    AWS_SECRET_ACCESS_KEY: "bench",
  };
  const template = join(app, ".arclet/deploy/staging/template.json");
  const architect = join(peer, "node_modules/@architect/deploy/src/cli/index.js");
  const deploy = (cli, args, written) =>
    timed(app, cli, [...args, "--dry-run"], environment, written);
  const ms = await interleave(
    {
      cold: async () => {
        await rm(join(app, ".arclet"), { recursive: true, force: true });
        return deploy(arclet, ["deploy"], template);
      },
      warm: () => deploy(arclet, ["deploy"], template),
      architect: () => deploy(architect, [], join(app, "sam.json")),
    },
    rounds,
  );
  await aws.close();
  const against = `${ms.architect.toFixed(0)} ms, whose AWS answers at once`;
  return [
    atLeast(cold, ms.architect / ms.cold, 4, {
      detail: `${ms.cold.toFixed(0)} ms against ${against}`,
    }),
    atLeast(warm, ms.architect / ms.warm, 8, { detail: `${ms.warm.toFixed(0)} ms` }),
  ];
}

/** Seconds that a plan takes of the app as it is deployed, from the start of the process. */
async function measurePlan() {
  const emulator = await startEmulator();
  const stop = whileRunning(emulator.stop);
  const app = await writeApp("plan-app", appFiles());
  const environment = { ...process.env, ...emulatorVariables(emulator.endpoint) };
  const run = (...args) => timed(app, arclet, ["deploy", ...args], environment, null);
  try {
    await run("--yes");
    const { plan } = await interleave({ plan: () => run("--plan") }, rounds);
    return atMost(planned, plan / 1000, 2, { unit: "s", detail: `${functionCount} functions` });
  } finally {
    await stop();
  }
}

function appFiles() {
  const files = {};
  const routes = [];
  for (let number = 0; number < functionCount; number++) {
    routes.push(`get /route-${number}`);
    files[`src/http/get-route_${number}/index.mjs`] = `export const handler = async () => ({
  statusCode: 200,
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ route: ${number} }),
});\n`;
  }
  return {
    "app.arc": `@app\ndeploy-app\n\n@aws\nregion us-east-1\n\n@http\n${routes.join("\n")}\n`,
    ...files,
  };
}

/**
 * Milliseconds of a command that must exit with 0: of a plan, that nothing would change.
 * @param {string | null} written What it must write; null: nothing.
 */
async function timed(folder, cli, args, env, written) {
  if (written !== null) await rm(written, { force: true });
  const startedAt = performance.now();
  const child = spawn(process.execPath, [cli, ...args], {
    cwd: folder,
    env,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const stop = whileRunning(() => child.kill());
  let errors = "";
  child.stderr.on("data", (chunk) => (errors += chunk));
  const [code] = await once(child, "close");
  await stop();
  const ms = performance.now() - startedAt;
  if (code !== 0) throw new Error(`${cli} ${args.join(" ")} exited with ${code}: ${errors}`);
  if (written !== null) await access(written);
  return ms;
}

/** Architect asks SSM and CloudFormation even for a dry run. This is an account in which nothing is. */
async function openEmptyAws() {
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      if (request.headers["x-amz-target"]?.startsWith("AmazonSSM.") === true) {
        response.setHeader("content-type", "application/x-amz-json-1.1");
        response.end('{"Parameters":[]}');
        return;
      }
      const stack = new URL(request.url, "http://localhost").searchParams.get("StackName");
      response.writeHead(400, { "content-type": "text/xml" });
      response.end(
        "<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code>" +
          `<Message>Stack with id ${stack} does not exist</Message></Error></ErrorResponse>`,
      );
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: whileRunning(() => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    }),
  };
}
