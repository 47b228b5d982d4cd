import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { resourceLimit, type Template } from "@arclet/deploy";
import { findings } from "./service-specification.ts";

/**
 * Every template that a test makes comes by here. It is judged by AWS's specification at once, and kept
 * for cfn-lint where `npm run test:aws` has said where.
 *
 * @throws Error with all findings
 */
export function expectValid(template: Template): void {
  const found = findings(template);
  if (found.length > 0) throw new Error(`AWS would not take it:\n${found.join("\n")}`);
  const folder = process.env["ARCLET_TEST_TEMPLATES"];
  // What is bigger is divided before it is deployed.
  if (folder === undefined || Object.keys(template.Resources).length > resourceLimit) return;
  const text = JSON.stringify(template, null, 2);
  const hash = createHash("sha256").update(text).digest("hex");
  writeFileSync(join(folder, `${hash}.json`), text);
}
