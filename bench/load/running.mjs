// What a benchmark has started: it is stopped when the suite ends, also by an error or Ctrl-C.

const running = new Set();

/** Remembers how to stop something. Returns a `stop` that does so once. */
export function whileRunning(stop) {
  let stopped = null;
  const stopOnce = () => {
    running.delete(stopOnce);
    return (stopped ??= Promise.resolve(stop()));
  };
  running.add(stopOnce);
  return stopOnce;
}

/** Stops all that still runs; clients before the servers that they use. */
export async function stopAll() {
  for (const stop of [...running].toReversed()) await stop();
}
