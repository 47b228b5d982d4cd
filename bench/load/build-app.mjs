// An app of `bench/apps` as the runtime takes it, with every function that has a handler.
import { fileURLToPath } from "node:url";
import { createFunctionBuilder } from "@arclet/builder";
import { readProject } from "@arclet/manifest/node";

/** Resolves a `RuntimeApp`; throws when the app has mistakes. */
export async function buildApp(name) {
  const root = fileURLToPath(new URL(`../apps/${name}`, import.meta.url));
  const { project, diagnostics } = await readProject(root);
  if (project === null) throw new Error(JSON.stringify(diagnostics));
  const builder = createFunctionBuilder({ root });
  const functions = [];
  for (const fn of project.functions) {
    if (!fn.exists) continue;
    const build = await builder.build(fn);
    if (!build.ok) throw new Error(JSON.stringify(build.diagnostics));
    functions.push({ functionId: fn.id, config: fn.config, env: {}, build });
  }
  await builder.close();
  const present = new Set(functions.map((fn) => fn.functionId));
  const { ws } = project.manifest;
  const manifest = {
    ...project.manifest,
    ws: { ...ws, routes: ws.routes.filter((route) => present.has(route.functionId)) },
  };
  return { manifest, root, functions };
}
