import { rooms } from "@arclet/functions";

/** Takes effect once the socket opens. */
export const handler = async ({ requestContext: { connectionId: id } }) => {
  await rooms.join({ room: "board", id, member: { hue: Math.floor(Math.random() * 360) } });
  return { statusCode: 200 };
};
