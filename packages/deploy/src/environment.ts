import type { AwsClients } from "./aws-clients.ts";
import { DeployError } from "./errors.ts";

export type Stage = "staging" | "production";

/** Apart from `/<stack>/`, which every function may read. */
function folderOf(stackName: string): string {
  return `/arclet/${stackName}/env`;
}

/** Values of `arclet env`: SecureString parameters, read when a deploy passes them to the functions. */
export async function readEnvironment(
  clients: AwsClients,
  stackName: string,
): Promise<ReadonlyMap<string, string>> {
  const [{ paginateGetParametersByPath }, client] = await Promise.all([
    import("@aws-sdk/client-ssm"),
    clients.ssm(),
  ]);
  const found = new Map<string, string>();
  const folder = folderOf(stackName);
  for await (const page of paginateGetParametersByPath(
    { client },
    { Path: folder, WithDecryption: true },
  ))
    for (const { Name: name, Value: value } of page.Parameters ?? [])
      if (name !== undefined && value !== undefined)
        found.set(name.slice(folder.length + 1), value);
  return new Map([...found].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

export async function addEnvironment(
  clients: AwsClients,
  stackName: string,
  name: string,
  value: string,
): Promise<void> {
  // https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
  if (
    !/^[A-Za-z][A-Za-z0-9_]+$/.test(name) ||
    /^(AWS_|LAMBDA_|ARC_(?!APP_SECRET|SESSION))/.test(name)
  )
    throw new DeployError(
      "ERR_ENVIRONMENT_NAME",
      `${name} cannot be set: names are letters, digits and _, and AWS_, LAMBDA_ and ARC_ are taken`,
    );
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

/** False when there was none of that name. */
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
    if (error instanceof Error && error.name === "ParameterNotFound") return false;
    throw error;
  }
}
