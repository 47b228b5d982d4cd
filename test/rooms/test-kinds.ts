import type { RoomKind } from "@arclet/manifest";

function kind(name: string, settings: Partial<RoomKind> = {}): RoomKind {
  return { name, functionId: null, members: null, rate: null, origin: null, ...settings };
}

/** The kinds of rooms that the contract speaks of. */
export const testKinds: readonly RoomKind[] = [
  kind("chat", { functionId: "rooms/chat" }),
  kind("other"),
  kind("nobody"),
  kind("small", { members: 2 }),
  kind("slow", { rate: 2 }),
];

/** Seals the tickets of tests. */
export const testSecret = "0123456789abcdefghijklmnopqrstuv";
