import { rooms } from "@arclet/functions";

/** Somebody came or went: everybody learns who is there. */
export const handler = async () => {
  const people = [];
  for await (const { id, member } of rooms.members({ room: "board" })) {
    people.push({ id, hue: member.hue });
  }
  await rooms.send({ room: "board", payload: { people } });
};
