/** Calls `visit` for every item, at most `limit` concurrently. Rejects with the first failure. */
export async function forEachConcurrently<T>(
  items: Iterable<T>,
  limit: number,
  visit: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items[Symbol.iterator]();
  let hasFailed = false;
  const work = async (): Promise<void> => {
    for (let next = queue.next(); next.done !== true && !hasFailed; next = queue.next())
      try {
        await visit(next.value);
      } catch (error) {
        hasFailed = true;
        throw error;
      }
  };
  const ends = await Promise.allSettled(Array.from({ length: limit }, work));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}
