import type { Manifest } from "@arclet/manifest";
import { layOut, type StackTemplates, type Template } from "@arclet/deploy";
import { manifestOf, synthesisOf } from "./apps.ts";

const lines = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join("\n");

/** 300 HTTP functions beside 200 others, fifty of each kind. */
export async function bigApp(): Promise<Manifest> {
  const http = 299;
  const text = `@app
big

@aws
permissionsBoundary arn:aws:iam::123456789012:policy/boundary

@http
${lines(http, (index) => `get /r${index}/:id`)}

@ws
${lines(47, (index) => `action${index}`)}

@events
${lines(50, (index) => `event${index}`)}

@queues
${lines(50, (index) => `queue${index}`)}

@scheduled
${lines(50, (index) => `job${index} rate(1 day)`)}

@tables
cats
  id *String
dogs
  id *String
${lines(3, (index) => `log${index}\n  id *String`)}

@static
`;
  const access = (queues: string): string => `@access\ntables cats dogs\n${queues}connections\n`;
  const files: Record<string, string> = {};
  for (let index = 0; index < http; index += 1)
    files[`src/http/get-r${index}-000id/config.arc`] = access("queues queue1 queue2\n");
  for (let index = 0; index < 47; index += 1)
    files[`src/ws/action${index}/config.arc`] = access("");
  for (const name of ["connect", "default", "disconnect"])
    files[`src/ws/${name}/config.arc`] = access("");
  for (let index = 0; index < 50; index += 1) {
    files[`src/events/event${index}/config.arc`] = access("");
    files[`src/queues/queue${index}/config.arc`] = access("");
    files[`src/scheduled/job${index}/config.arc`] = access("");
  }
  return manifestOf(text, files);
}

export const builtIn = ["arclet/static", "arclet/realtime", "arclet/authorizer"];

/** The templates of a manifest; a limit of 0 puts the functions of any app into nested stacks. */
export function templatesOf(
  manifest: Manifest,
  {
    resourceLimit,
    deployed = null,
    flat = synthesisOf(manifest).template,
  }: {
    readonly resourceLimit?: number;
    readonly deployed?: Template | null;
    readonly flat?: Template;
  } = {},
): StackTemplates {
  return layOut(flat, {
    stackName: "AllStaging",
    bucket: "artifacts",
    functionIds: [...manifest.functions.map(({ id }) => id), ...builtIn],
    permissionsBoundary: manifest.aws.permissionsBoundary,
    deployed,
    resourceLimit,
  });
}
