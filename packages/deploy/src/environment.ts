import { variableNameProblem, variablesLimit } from "@arclet/manifest";
import type { AwsClients } from "./aws/aws-clients.ts";
import { attemptsOf } from "./aws/attempts-of.ts";
import { DeployError } from "./errors.ts";

export type Stage = "staging" | "production";

/** Variables of `arclet env` by name, sorted. */
export type Environment = ReadonlyMap<
  string,
  {
    readonly value: string;
    /** Changes whenever another value is set, and does not reveal it. */
    readonly revision: string;
  }
>;

/** Separate from `/<stack>/`, which every function may read. */
function folderOf(stackName: string): string {
  return `/arclet/${stackName}/env`;
}

/** Values of `arclet env` are SecureString parameters. A deploy reads them and passes them to the functions. */
export function readEnvironment(clients: AwsClients, stackName: string): Promise<Environment> {
  return readFolder(clients, folderOf(stackName));
}

/** Parameters set by Architect's `arc env`: `/<app>/<stage>/NAME`. */
export function readArchitectsEnvironment(
  clients: AwsClients,
  app: string,
  stage: Stage,
): Promise<Environment> {
  return readFolder(clients, `/${app}/${stage}`);
}

async function readFolder(clients: AwsClients, folder: string): Promise<Environment> {
  const [{ paginateGetParametersByPath }, client] = await Promise.all([
    import("@aws-sdk/client-ssm"),
    clients.ssm(),
  ]);
  const found: [name: string, { value: string; revision: string }][] = [];
  for await (const page of paginateGetParametersByPath(
    { client },
    { Path: folder, WithDecryption: true },
  ))
    for (const { Name: name, Value: value, Version, LastModifiedDate } of page.Parameters ?? [])
      if (name?.startsWith(`${folder}/`) === true && value !== undefined)
        found.push([
          name.slice(folder.length + 1),
          // Versions restart when a parameter is recreated, so the time is included.
          { value, revision: `${Version}/${LastModifiedDate?.getTime()}` },
        ]);
  return new Map(found.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** @throws DeployError `ERR_ENVIRONMENT_NAME`, `ERR_TEMPLATE_LIMIT` for what Lambda would refuse */
export function checkVariable(name: string, value: string): void {
  const problem = variableNameProblem(name);
  if (problem !== null)
    throw new DeployError("ERR_ENVIRONMENT_NAME", `${name} cannot be set: ${problem}`);
  // The limit of a free parameter, and of all of a function's variables together.
  if (Buffer.byteLength(value) > variablesLimit)
    throw new DeployError(
      "ERR_TEMPLATE_LIMIT",
      `${name} has ${Buffer.byteLength(value)} bytes, and Lambda allows ${variablesLimit} for all of a function's variables`,
      { hints: ["Store the value in a table or in S3, and put its location in the variable."] },
    );
}

/**
 * Sets a variable checked with `checkVariable`. Setting the same value again is not a new revision, because Lambda
 * would not publish a new version for it.
 */
export async function addEnvironment(
  clients: AwsClients,
  stackName: string,
  name: string,
  value: string,
): Promise<void> {
  const present = await readEnvironment(clients, stackName);
  if (present.get(name)?.value === value) return;
  const [{ PutParameterCommand }, client] = await Promise.all([
    import("@aws-sdk/client-ssm"),
    clients.ssm(),
  ]);
  await client.send(
    new PutParameterCommand({
      Name: `${folderOf(stackName)}/${name}`,
      Type: "SecureString",
      Value: value,
      Overwrite: true,
    }),
  );
}

/** Removes a variable; resolves with false if it does not exist. */
export async function removeEnvironment(
  clients: AwsClients,
  stackName: string,
  name: string,
): Promise<boolean> {
  const [{ DeleteParameterCommand }, client] = await Promise.all([
    import("@aws-sdk/client-ssm"),
    clients.ssm(),
  ]);
  try {
    await client.send(new DeleteParameterCommand({ Name: `${folderOf(stackName)}/${name}` }));
    return true;
  } catch (error) {
    // If a response was lost, this call itself may have removed it.
    if (error instanceof Error && error.name === "ParameterNotFound") return attemptsOf(error) > 1;
    throw error;
  }
}
