import type { ConnectionId, ConnectionRouter, ConnectionTarget } from "./connection-router.ts";

/** The router within one process: the default, and the reference for other implementations. */
export function createMemoryRouter(): ConnectionRouter {
  const targets = new Map<ConnectionId, ConnectionTarget>();
  return {
    attach(id, target) {
      targets.set(id, target);
    },
    detach(id) {
      targets.delete(id);
    },
    request: (id, command) => targets.get(id)?.handle(command) ?? "gone",
    async close() {
      targets.clear();
    },
  };
}
