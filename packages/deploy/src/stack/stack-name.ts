import type { Stage } from "../environment.ts";

/** `EchoStaging`, `EchoProduction`, `EchoStagingPreview`: Architect's names, so that stacks are found. */
export function stackNameOf(app: string, stage: Stage, name: string | null): string {
  return [app, stage, name ?? ""].map(pascal).join("");
}

function pascal(text: string): string {
  return text
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}
