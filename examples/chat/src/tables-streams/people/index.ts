import type { TableStreamEvent } from "@arclet/functions";
import { namesIn, sendToRoom } from "../../chat/people.ts";

type Change = TableStreamEvent["Records"][number];

/** Tells rooms who is in them, when that has changed. */
export const handler = async ({ Records }: TableStreamEvent): Promise<void> => {
  const rooms = new Set(
    Records.filter(changesPeople).map((change) => text(change.dynamodb.Keys, "room")),
  );
  for (const room of rooms) {
    await sendToRoom(room, { type: "people", room, names: await namesIn(room) });
  }
};

/** A sign of life changes a row, but not who is there. */
function changesPeople({ eventName, dynamodb: { OldImage, NewImage } }: Change): boolean {
  return eventName !== "MODIFY" || text(OldImage, "name") !== text(NewImage, "name");
}

/** A text in DynamoDB's own notation: `{ S: "lobby" }`. */
function text(image: Readonly<Record<string, unknown>> | undefined, field: string): string {
  const value = image?.[field];
  return typeof value === "object" && value !== null && "S" in value ? String(value.S) : "";
}
