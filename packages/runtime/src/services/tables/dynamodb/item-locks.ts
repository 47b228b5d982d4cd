/** One at a time for each item: what reads, writes and reads again must not meet another writer of the item. */
export class ItemLocks {
  readonly #tails = new Map<string, Promise<void>>();

  /** Runs when whoever holds one of the items before is done. All are asked for at once, so none waits in a circle. */
  async hold<Result>(items: readonly string[], run: () => Promise<Result>): Promise<Result> {
    const wanted = new Set(items);
    const before = [...wanted].flatMap((item) => this.#tails.get(item) ?? []);
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    for (const item of wanted) this.#tails.set(item, held);
    try {
      await Promise.all(before);
      return await run();
    } finally {
      for (const item of wanted) if (this.#tails.get(item) === held) this.#tails.delete(item);
      release();
    }
  }
}
