import type { ScheduledEvent } from "@arclet/functions";

// Invoked on the schedule that the manifest gives it.
export const handler = async (event: ScheduledEvent): Promise<void> => {
  console.log("scheduled for", event.time);
};
