/** Looks up a topic's ARN, a queue's URL or a table's name, in the environment variables set by the runtime and the deploy. */
export function addressOf(
  variable: "ARC_EVENTS" | "ARC_QUEUES" | "ARC_TABLES",
  name: string,
  pragma: string,
): string {
  const addresses = JSON.parse(process.env[variable] ?? "{}") as Record<string, string>;
  const address = addresses[name];
  if (address === undefined) throw new Error(`"${name}" is not under ${pragma} of the manifest`);
  return address;
}
