import { execFile } from "node:child_process";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Manifest } from "@arclet/manifest";
import { expect, test } from "vitest";
import { createServices, type Services } from "../../packages/runtime/dist/services/services.js";
import { createSystemClock } from "../../packages/runtime/dist/clock.js";
import { createLambdaEnvironment } from "../../packages/runtime/dist/execution/lambda-environment.js";
import { config as functionConfig } from "../../packages/runtime/test/execution/harness.ts";
import { Traffic } from "../../packages/runtime/dist/traffic/traffic.js";

const run = promisify(execFile);
const cache = join(import.meta.dirname, "../../.cache/compat");

const script = `
const arc = require("@architect/functions");
(async () => {
  await arc.events.publish({ name: "hi", payload: { from: "events" } });
  await arc.queues.publish({ name: "jobs", payload: { from: "queues" } });
  const tables = await arc.tables();
  await tables.cats.put({ id: "1", name: "Tom" });
  process.stdout.write(JSON.stringify(await tables.cats.get({ id: "1" })));
})();
`;

// The SDKs that the Lambda runtimes of their time have; majors 3 to 7 expect to find them.
const lambdaSdks = [
  "aws-sdk@2",
  "@aws-sdk/client-ssm@3",
  "@aws-sdk/node-http-handler@3",
  "@aws-sdk/client-dynamodb@3",
  "@aws-sdk/lib-dynamodb@3",
];

test.each([3, 4, 5, 6, 7, 8])(
  "@architect/functions %i publishes and reads tables",
  async (major) => {
    const folder = join(cache, String(major));
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "package.json"), '{"private":true}');
    await run(
      "npm",
      [
        "install",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        `@architect/functions@${major}`,
        ...(major === 8 ? [] : lambdaSdks),
      ],
      { cwd: folder },
    );
    await writeFile(join(folder, "drive.cjs"), script);

    const key = { name: "id", type: "S" } as const;
    const manifest: Manifest = {
      app: "testapp",
      functions: [],
      http: null,
      ws: null,
      tableStreams: [],
      schedules: [],
      static: null,
      tables: [
        {
          name: "cats",
          partitionKey: key,
          sortKey: null,
          ttlAttribute: null,
          encrypt: false,
          pointInTimeRecovery: false,
          indexes: [],
          origin: null,
        },
      ],
      events: [{ name: "hi", functionId: "events/hi", origin: null }],
      queues: [
        {
          name: "jobs",
          functionId: "queues/jobs",
          fifo: true,
          batchSize: 1,
          batchWindow: 0,
          origin: null,
        },
      ],
      shared: null,
      views: null,
      proxy: null,
      cdn: false,
      plugins: [],
      pragmas: {},
      aws: { region: null, profile: null, bucket: null, apigateway: "http" },
    };
    const invoked: string[] = [];
    const services: Services = await createServices({
      app: { manifest, root: await mkdtemp(join(tmpdir(), "arclet-compat-")), functions: [] },
      invoker: {
        invoke(functionId, payload) {
          invoked.push(`${functionId} ${payload}`);
          return Promise.resolve({ ok: true, payload: "null" });
        },
      },
      clock: createSystemClock(),
      traffic: new Traffic(),
      connections: {
        attach() {},
        detach() {},
        request: () => "gone",
        close: () => Promise.resolve(),
      },
    });
    const gateway = createServer((request, response) => {
      if (!services.handleHttp(request, response)) response.writeHead(404).end();
    });
    gateway.listen(0, "127.0.0.1");
    await once(gateway, "listening");
    const address = gateway.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    try {
      const { stdout } = await run(process.execPath, ["drive.cjs"], {
        cwd: folder,
        env: createLambdaEnvironment({
          functionName: "testapp-testing-get-index",
          config: functionConfig,
          taskRoot: folder,
          handler: "index.handler",
          region: "us-east-1",
          now: new Date(),
          variables: {
            ...services.environment(),
            ARC_ENV: "testing",
            NODE_ENV: "testing",
            ARC_APP_NAME: "testapp",
            ARC_SANDBOX: JSON.stringify({
              ports: { http: port, _arc: port, ...services.ports() },
              // Major 4 refuses a sandbox of 5.0.0 or later.
              version: major === 4 ? "4.5.0" : "9.0.0",
            }),
          },
        }),
      });
      expect(JSON.parse(stdout)).toEqual({ id: "1", name: "Tom" });
      expect(invoked).toEqual([
        expect.stringMatching(/^events\/hi .*from.*events/),
        expect.stringMatching(/^queues\/jobs .*from.*queues/),
      ]);
    } finally {
      gateway.close();
      await services.close();
    }
  },
);
