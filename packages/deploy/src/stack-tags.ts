import type { Manifest } from "@arclet/manifest";
import type { Stage } from "./environment.ts";
import { appTag, stageTag } from "./stack/stack-owner.ts";

/**
 * Tags of a stack, which CloudFormation gives to its resources: the manifest's, those of the command line
 * before them, and those by which Arclet knows the stack.
 */
export function stackTagsOf(
  manifest: Manifest,
  stage: Stage,
  given: { readonly [name: string]: string } = {},
): { readonly [name: string]: string } {
  return { ...manifest.aws.tags, ...given, [appTag]: manifest.app, [stageTag]: stage };
}
