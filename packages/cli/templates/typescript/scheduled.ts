import type { ScheduledHandler } from "@arclet/functions";

// Invoked on the schedule that the manifest gives it.
export const handler: ScheduledHandler = async (event) => {
  console.log("scheduled for", event.time);
};
