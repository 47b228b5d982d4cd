// Models for tests, made by the manifest's own rules. Plain JavaScript: servers of tests run without a build.
import { parseArc, resolveManifest } from "@arclet/manifest";

/** @param {string} text */
function resolved(text) {
  const { manifest } = resolveManifest(parseArc(text, { file: "app.arc" }).document);
  if (manifest === null) throw new Error(`a manifest with errors:\n${text}`);
  return manifest;
}

/**
 * The model of a manifest that declares nothing and has no static files, with these parts.
 * @param {Partial<import("@arclet/manifest").Manifest>} parts
 * @returns {import("@arclet/manifest").Manifest}
 */
export function manifestWith(parts) {
  return { ...resolved("@app\ntestapp\n"), static: null, ...parts };
}

/**
 * The settings of a function that sets none, with these.
 * @param {Partial<import("@arclet/manifest").FunctionConfig>} [settings]
 * @returns {import("@arclet/manifest").FunctionConfig}
 */
export function functionConfigWith(settings = {}) {
  const [declared] = resolved("@app\ntestapp\n\n@ws\n").functions;
  if (declared === undefined) throw new Error("@ws declares functions");
  return { ...declared.config, ...settings };
}
