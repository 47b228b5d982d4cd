import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { synthesize, type Synthesis, type SynthesisOptions, type Template } from "@arclet/deploy";
import type { Manifest } from "@arclet/manifest";
import { readProject } from "@arclet/manifest/node";
import { expectValid } from "./expect-valid.ts";

/** Manifests that together make every kind of resource, each with a name. */
export const apps: readonly (readonly [name: string, manifest: string])[] = [
  [
    "every pragma",
    `@app
all

@aws
provisionedConcurrency 1
concurrency 5
layers
  arn:aws:lambda:us-east-1:123456789012:layer:tools:3
policies
  architect-default-policies
  arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess
allow
  ses:SendEmail arn:aws:ses:us-east-1:123456789012:identity/example.com

@http
get /
get /cats/:id
any /api/*

@ws
shout
ask
  response true

@ws-settings
selection $request.body.type
authorizer src/ws/authorizer
identity header.Authorization querystring.token
throttlingRateLimit 200
throttlingBurstLimit 50
accessLogs true

@tables
cats
  id *String
  at **Number
  expires TTL
  encrypt true
  pitr true
notes
  id *String

@tables-indexes
cats
  owner *String
  name byOwner

@tables-streams
cats

@events
adopted

@queues
mail
bulk
  fifo false

@scheduled
daily rate(1 day)
noon cron(0 12 * * ? *)

@static
fingerprint true
prefix assets

@cdn
`,
  ],
  [
    "what a team asks for",
    `@app
team

@aws
logRetention 7
permissionsBoundary arn:aws:iam::123456789012:policy/boundary
deadLetters true
alarms ops@example.com
tracing true
vpc subnet-11111111 sg-22222222

@http
get /

@ws

@cors
origins https://a.example
credentials true
maxAge 60

@events
sold

@scheduled
daily rate(1 day)

@tables
cats
  id *String
  encrypt alias/cats

@tables-streams
cats

@domain
staging
  http app.example.com
  ws socket.example.com
  certificate arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f
  zone Z0123456789ABC
`,
  ],
  [
    "hosts without a zone, and CloudFront",
    `@app
hosts

@http
get /

@ws

@cdn

@domain
staging
  http app.example.com
  ws socket.example.com
  certificate arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f
`,
  ],
  ["sockets only", "@app\necho\n\n@ws\n"],
  ["static files only", "@app\nsite\n\n@static\nspa true\n"],
  [
    "a proxy",
    "@app\nfront\n\n@http\nget /\n\n@proxy\ntesting http://localhost:1\nstaging https://example.com\nproduction https://example.com\n",
  ],
  [
    "rooms and logins",
    "@app\nchat\n\n@http\nget /\n\n@ws\n\n@ws-settings\nauth ticket session\norigins https://www.example.com\n\n@rooms\nchat\n  presence true\n  members 500\nboard\n",
  ],
];

/** The manifest of a text, with its functions as other files of the project set them. */
export async function manifestOf(
  text: string,
  files: { readonly [path: string]: string } = {},
): Promise<Manifest> {
  const root = await mkdtemp(join(tmpdir(), "arclet-synthesize-"));
  try {
    for (const [path, content] of Object.entries({ "app.arc": text, ...files })) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), content);
    }
    const { project, diagnostics } = await readProject(root);
    if (project === null) throw new Error(JSON.stringify(diagnostics));
    return { ...project.manifest, functions: project.functions };
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** The template of a manifest; throws what AWS's specification does not allow in it. */
export function templateOf(manifest: Manifest, options: Partial<SynthesisOptions> = {}): Template {
  return synthesisOf(manifest, options).template;
}

export function synthesisOf(
  manifest: Manifest,
  options: Partial<SynthesisOptions> = {},
): Synthesis {
  const synthesis = synthesize(manifest, {
    stage: "staging",
    stackName: "AllStaging",
    assets: [
      ...manifest.functions.map(({ id }) => id),
      "arclet/static",
      "arclet/realtime",
      "arclet/authorizer",
    ].map((functionId) => ({
      functionId,
      handler: "index.handler",
      bucket: "artifacts",
      key: "functions/0.zip",
    })),
    environment: [{ name: "SECRET", revision: "1", bytes: 10 }],
    hasStaticFiles: true,
    ...options,
  });
  expectValid(synthesis.template);
  return synthesis;
}
