import type { RuntimeApp } from "../../runtime-app.ts";
import type { ServiceContext } from "../service-context.ts";
import type { Service } from "../service.ts";
import { Scheduler } from "./scheduler.ts";

/** EventBridge's schedules. */
export async function open(context: ServiceContext, { manifest }: RuntimeApp): Promise<Service> {
  const scheduler = new Scheduler(context, manifest);
  return {
    update: async (next) => scheduler.update(next),
    start: () => scheduler.start(),
    environment: () => ({}),
    discovered: () => ({}),
    deadLetters: () => scheduler.deadLetters(),
    close: () => scheduler.close(),
  };
}
