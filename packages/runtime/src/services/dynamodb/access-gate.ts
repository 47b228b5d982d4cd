/** Many readers or one writer: what captures images or spans items must not be interleaved. */
export class AccessGate {
  #shared = 0;
  #exclusive: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #onDrained: (() => void) | null = null;

  /** Enters at once unless someone has or wants it alone. The returned function leaves. */
  enterShared(): (() => void) | null {
    if (this.#waiting > 0) return null;
    this.#shared += 1;
    return () => {
      this.#shared -= 1;
      if (this.#shared === 0) this.#onDrained?.();
    };
  }

  /** Resolves when nobody has it alone any more. */
  async untilShared(): Promise<() => void> {
    for (;;) {
      const leave = this.enterShared();
      if (leave !== null) return leave;
      // Its failure belongs to whoever ran it.
      await this.#exclusive.catch(() => {});
    }
  }

  alone<Result>(run: () => Promise<Result>): Promise<Result> {
    this.#waiting += 1;
    const result = this.#exclusive
      .catch(() => {})
      .then(() => this.#drained())
      .then(run)
      .finally(() => {
        this.#waiting -= 1;
      });
    this.#exclusive = result;
    return result;
  }

  #drained(): Promise<void> {
    if (this.#shared === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onDrained = () => {
        this.#onDrained = null;
        resolve();
      };
    });
  }
}
