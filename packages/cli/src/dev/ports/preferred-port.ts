import { readProject } from "@arclet/manifest/node";

/** API Gateway emulators of this family have always been at 3333, and front ends know it. */
const defaultPort = 3333;

/** Port of `@sandbox ports http` in the preferences, or 3333. */
export async function preferredPort(root: string): Promise<number> {
  const { project } = await readProject(root);
  return project?.preferences.sandbox.ports["http"] ?? defaultPort;
}
