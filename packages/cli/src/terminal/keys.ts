import { emitKeypressEvents, type Key } from "node:readline";
import type { ReadStream } from "node:tty";

/** Listens to single keys. Restores the terminal when closed, even after a crash. */
export class Keys {
  readonly #input: ReadStream;
  readonly #onKey: (name: string) => void;
  readonly #restore = (): void => void this.#input.setRawMode(false);
  readonly #continue = (): void => void this.#input.setRawMode(true);

  /** `onKey` gets `o`, `q`, …, or `ctrl-c`. */
  constructor(input: ReadStream, onKey: (name: string) => void) {
    this.#input = input;
    this.#onKey = onKey;
    emitKeypressEvents(input);
    input.setRawMode(true);
    input.on("keypress", this.#handleKeypress);
    input.resume();
    process.on("exit", this.#restore);
    process.on("SIGCONT", this.#continue);
  }

  readonly #handleKeypress = (_text: string | undefined, key: Key): void => {
    const name = key.name ?? "";
    if (key.ctrl === true && name === "z") {
      // Raw mode disables job control: restore the terminal while suspended.
      this.#restore();
      process.kill(process.pid, "SIGTSTP");
      return;
    }
    this.#onKey(key.ctrl === true ? `ctrl-${name}` : name);
  };

  close(): void {
    this.#input.off("keypress", this.#handleKeypress);
    process.off("exit", this.#restore);
    process.off("SIGCONT", this.#continue);
    this.#restore();
    this.#input.pause();
  }
}
