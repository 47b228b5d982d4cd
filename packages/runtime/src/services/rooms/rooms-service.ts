import type { RuntimeApp } from "../../runtime-app.ts";
import type { ServiceContext } from "../service-context.ts";
import type { Service } from "../service.ts";
import { Presence } from "./presence.ts";

/** Delivers presence events locally, as the realtime table's stream does on AWS. */
export async function open(context: ServiceContext, { manifest }: RuntimeApp): Promise<Service> {
  const presence = await Presence.open(context, manifest);
  return {
    update: async (next) => presence.update(next),
    start: () => presence.start(),
    environment: () => ({}),
    discovered: () => ({}),
    deadLetters: () => [],
    close: () => presence.close(),
  };
}
