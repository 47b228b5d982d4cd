// @ts-check
/** @import { Message } from "../src/chat/protocol.ts" */
import { element, portrait } from "./elements.mjs";

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const calendar = new Intl.DateTimeFormat(undefined, {
  weekday: "long",
  day: "numeric",
  month: "long",
});
/** Lines of one person within this time stand together. */
const togetherMs = 5 * 60_000;

/**
 * What was said in a room, as a list. Lines can come in any order and twice: over the socket and in the
 * history after a reconnect.
 */
export class Log {
  /** @type {Map<string, Message>} */
  #messages = new Map();
  #list;
  #scroll;

  /**
   * @param {HTMLElement} list
   * @param {HTMLElement} scroll what scrolls
   */
  constructor(list, scroll) {
    this.#list = list;
    this.#scroll = scroll;
  }

  get isEmpty() {
    return this.#messages.size === 0;
  }

  /** `at` of the oldest line. */
  get oldest() {
    return [...this.#messages.keys()].sort()[0] ?? null;
  }

  clear() {
    this.#messages.clear();
    this.#list.replaceChildren();
  }

  /**
   * @param {readonly Message[]} messages
   * @param {string} ownName
   */
  add(messages, ownName) {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroll;
    const isAtEnd = scrollHeight - scrollTop - clientHeight < 80;
    const newest = [...this.#messages.keys()].sort().at(-1) ?? "";
    for (const message of messages) this.#messages.set(message.at, message);
    const isEarlier = messages.every(({ at }) => at < newest);
    this.#draw(ownName);
    // At the end stays at the end; elsewhere, what is being read stays where it is.
    if (isAtEnd && !isEarlier) this.#scroll.scrollTop = this.#scroll.scrollHeight;
    else if (isEarlier)
      this.#scroll.scrollTop = scrollTop + this.#scroll.scrollHeight - scrollHeight;
  }

  /** @param {string} ownName */
  #draw(ownName) {
    const known = new Map(
      Array.from(this.#list.children, (child) => [
        /** @type {HTMLElement} */ (child).dataset["key"],
        child,
      ]),
    );
    /** @type {Element[]} */
    const rows = [];
    /** @type {Message | null} */
    let before = null;
    for (const message of [...this.#messages.values()].sort((a, b) => (a.at < b.at ? -1 : 1))) {
      const at = timeOf(message);
      const isNewDay = before === null || timeOf(before).toDateString() !== at.toDateString();
      if (isNewDay) {
        const key = at.toDateString();
        rows.push(
          known.get(key) ?? element("li", { class: "day", "data-key": key }, calendar.format(at)),
        );
      }
      const isTogether =
        !isNewDay &&
        before?.name === message.name &&
        at.getTime() - timeOf(before).getTime() < togetherMs;
      const row = known.get(message.at) ?? drawn(message, at, message.name === ownName);
      row.classList.toggle("together", isTogether);
      rows.push(row);
      before = message;
    }
    // Rows that are there already are left alone, so that nothing is read out or animated again.
    for (const [index, row] of rows.entries()) {
      const there = this.#list.children[index];
      if (there !== row) this.#list.insertBefore(row, there ?? null);
    }
    while (this.#list.children.length > rows.length) this.#list.lastElementChild?.remove();
  }
}

/** @param {Message} message */
function timeOf({ at }) {
  return new Date(at.slice(0, 24));
}

/**
 * @param {Message} message
 * @param {Date} at
 * @param {boolean} isOwn
 */
function drawn({ at: key, name, text }, at, isOwn) {
  const time = element("time", { datetime: at.toISOString() }, clock.format(at));
  return element(
    "li",
    { class: isOwn ? "own" : "", "data-key": key },
    portrait(name),
    element(
      "div",
      { class: "bubble" },
      element("p", { class: "by" }, element("b", {}, name), time),
      // Text, never markup: whatever it looks like.
      element("p", { class: "text" }, text),
    ),
  );
}
