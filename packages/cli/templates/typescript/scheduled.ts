import type { ScheduledHandler } from "aws-lambda";

// Invoked on the schedule that the manifest gives it.
export const handler: ScheduledHandler = async (event) => {
  console.log("scheduled for", event.time);
};
