import { readProject } from "@arclet/manifest/node";

/** Architect's sandbox listens on 3333, and front ends expect it. */
const defaultPort = 3333;

/** Port of `@sandbox ports http` in the preferences, or 3333. */
export async function preferredPort(root: string): Promise<number> {
  const { project } = await readProject(root);
  return project?.preferences.sandbox.ports["http"] ?? defaultPort;
}
