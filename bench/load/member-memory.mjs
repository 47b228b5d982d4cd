// What a member of a room costs the gateway: "measure" tells bytes of heap for each of 10,000 in 100 rooms.
import process from "node:process";
import { RoomRegistry } from "../../packages/runtime/dist/connections/room-registry.js";

const members = 10_000;
const roomCount = 100;
const registry = new RoomRegistry({
  clock: { now: () => Date.now() },
  limitsOf: () => ({ members: null, rate: null }),
  onPresence() {},
});
const target = { deliver: () => true, close() {} };
const ids = Array.from({ length: members }, (_, number) =>
  Buffer.from(String(number).padStart(11, "x")).toString("base64"),
);
const rooms = Array.from({ length: roomCount }, (_, number) => `crowd:${number}`);
process.send("ready");
process.on("message", () => {
  for (const id of ids) {
    registry.begin(id);
    registry.settle(id);
    registry.open(id, target);
  }
  const before = heap();
  for (const [number, id] of ids.entries()) registry.join(rooms[number % roomCount], id, null);
  process.send((heap() - before) / members);
});
process.on("disconnect", () => process.exit(0));

function heap() {
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}
