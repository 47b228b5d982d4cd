const [later, each] = [setTimeout, setImmediate];

/** What keeps the event loop busy without being work: this process's own pipes, and timers. */
const passive = new Set(["PipeWrap", "TTYWrap", "Timeout", "Immediate"]);
const lookMs = 1;

/** Calls back once only time brings the process on. What a move of the clock has set off begins before anybody looks. */
export function whenSettled(isSettled: () => boolean, done: () => void): void {
  const look = (): void => {
    if (isSettled()) done();
    else later(look, lookMs);
  };
  each(() => each(look));
}

/** Whether a socket, a file or another process is being waited for. */
export function hasActiveWork(): boolean {
  return !process.getActiveResourcesInfo().every((resource) => passive.has(resource));
}
