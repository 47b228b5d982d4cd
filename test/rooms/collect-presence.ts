import type { PresenceRecord } from "../../packages/functions/src/rooms/presence-event.ts";

/** A function of a kind with presence that keeps what it gets. */
export function collectPresence(): {
  readonly handler: (event: { readonly Records: readonly PresenceRecord[] }) => Promise<void>;
  /** Resolves all records once there are so many. */
  readonly wait: (count: number) => Promise<readonly PresenceRecord[]>;
} {
  const records: PresenceRecord[] = [];
  let wake: () => void = () => {};
  return {
    handler: ({ Records }) => {
      records.push(...Records);
      wake();
      return Promise.resolve();
    },
    async wait(count) {
      while (records.length < count) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return [...records];
    },
  };
}
