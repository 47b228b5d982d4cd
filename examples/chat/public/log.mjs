// @ts-check
/** @import { Line } from "../src/shared/messages.ts" */
import { element, portrait } from "./elements.mjs";

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const calendar = new Intl.DateTimeFormat(undefined, {
  weekday: "long",
  day: "numeric",
  month: "long",
});
/** Lines of one person within this time are drawn together. */
const togetherMs = 5 * 60_000;

/**
 * What was said in a room, as a list. Lines can come in any order and twice: over the socket and in the
 * history after a reconnect.
 */
export class Log {
  /** @type {Map<string, Line>} */
  #lines = new Map();
  /** Own lines that the app has not answered yet, as they were written. @type {Set<Element>} */
  #pending = new Set();
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
    return this.#lines.size + this.#pending.size === 0;
  }

  /** `at` of the oldest line. */
  get oldest() {
    return [...this.#lines.keys()].sort()[0] ?? null;
  }

  clear() {
    this.#lines.clear();
    this.#pending.clear();
    this.#list.replaceChildren();
  }

  /**
   * Shows an own line at the end until the app has answered. What it gives, `removePending` takes.
   * @param {string} text
   * @param {string} ownName
   */
  addPending(text, ownName) {
    const row = drawn({ at: "", name: ownName, text }, null, true);
    this.#pending.add(row);
    this.#list.append(row);
    this.#scroll.scrollTop = this.#scroll.scrollHeight;
    return row;
  }

  /** @param {Element} row */
  removePending(row) {
    if (this.#pending.delete(row)) row.remove();
  }

  /**
   * @param {readonly Line[]} lines
   * @param {string} ownName
   */
  add(lines, ownName) {
    if (lines.length === 0) return;
    const { scrollHeight, scrollTop, clientHeight } = this.#scroll;
    const isAtEnd = scrollHeight - scrollTop - clientHeight < 80;
    const newest = [...this.#lines.keys()].sort().at(-1) ?? "";
    for (const line of lines) this.#lines.set(line.at, line);
    const isEarlier = lines.every(({ at }) => at < newest);
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
    /** @type {Line | null} */
    let before = null;
    for (const line of [...this.#lines.values()].sort((a, b) => (a.at < b.at ? -1 : 1))) {
      const at = timeOf(line);
      const isNewDay = before === null || timeOf(before).toDateString() !== at.toDateString();
      if (isNewDay) {
        const key = at.toDateString();
        rows.push(
          known.get(key) ?? element("li", { class: "day", "data-key": key }, calendar.format(at)),
        );
      }
      const isTogether =
        !isNewDay &&
        before?.name === line.name &&
        at.getTime() - timeOf(before).getTime() < togetherMs;
      const row = known.get(line.at) ?? drawn(line, at, line.name === ownName);
      row.classList.toggle("together", isTogether);
      rows.push(row);
      before = line;
    }
    rows.push(...this.#pending);
    // Rows that are there already are left alone, so that nothing is read out or animated again.
    for (const [index, row] of rows.entries()) {
      const there = this.#list.children[index];
      if (there !== row) this.#list.insertBefore(row, there ?? null);
    }
    while (this.#list.children.length > rows.length) this.#list.lastElementChild?.remove();
  }
}

/** @param {Line} line */
function timeOf({ at }) {
  return new Date(at.slice(0, 24));
}

/**
 * @param {Line} line
 * @param {Date | null} at null: the app has not answered yet
 * @param {boolean} isOwn
 */
function drawn({ at: key, name, text }, at, isOwn) {
  const time =
    at === null
      ? element("span", { class: "sending" }, "Sending …")
      : element("time", { datetime: at.toISOString() }, clock.format(at));
  return element(
    "li",
    { class: `${isOwn ? "own" : ""} ${at === null ? "pending" : ""}`.trim(), "data-key": key },
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
