import { vi } from "vitest";
import { longestWayMs, type Cut } from "./virtual-network.ts";
import { VirtualPage } from "./virtual-page.ts";
import { VirtualPlatform } from "./virtual-platform.ts";

export const dayMs = 24 * 3_600_000;
/** After it nothing goes wrong any more, so that every loss has been noticed in the end. */
const quietMs = dayMs - 1_800_000;
/** An idle connection is asked for a sign of life every 5 minutes. */
const probeMs = 310_000;
/** Attempts have pauses of up to 30 s. */
const returnMs = 120_000;

export interface NetworkCut extends Cut {
  readonly type: "cut";
  /** `all`: the network is away. */
  readonly which: "all" | "oldest" | "newest";
  readonly offlineMs: number;
}

/** Something that goes wrong for a person, or for all of them. */
export interface Mishap {
  readonly person: number;
  /** Either at a time of the day, or so long after the person's n-th roll-over has begun. */
  readonly when:
    | { readonly atMs: number }
    | { readonly rollOver: number; readonly afterMs: number };
  readonly what: NetworkCut | { readonly type: "page" } | { readonly type: "functions" };
}

export interface Day {
  readonly hasLogins: boolean;
  readonly seed: number;
  readonly mishaps: readonly Mishap[];
}

/** A time in which broadcasts may get lost, provided that `resumed` fires before its end. */
export interface Trouble {
  readonly fromMs: number;
  readonly untilMs: number;
}

export interface Person {
  readonly name: string;
  readonly pages: VirtualPage[];
  readonly troubles: Trouble[];
}

/** Three people spend a day with the app. Nothing ever happens to the first of them. */
export class VirtualDay {
  readonly platform: VirtualPlatform;
  readonly people: readonly Person[];
  /** When functions were reloaded. */
  readonly reloads: number[] = [];
  readonly #day: Day;
  readonly #random: () => number;
  #messages = 0;

  constructor(day: Day) {
    this.#day = day;
    const { hasLogins, seed } = day;
    this.#random = randomOf(seed);
    vi.spyOn(Math, "random").mockImplementation(this.#random);
    this.platform = new VirtualPlatform({ hasLogins, random: this.#random });
    this.people = ["ada", "ben", "eve"].map((name) => ({ name, pages: [], troubles: [] }));
  }

  /** Until everybody has gone and the platform has noticed. */
  async live(): Promise<void> {
    const startedAt = Date.now();
    for (const person of this.people) {
      this.#openPage(person);
      this.#every(90_000, () => this.#say(person));
    }
    this.#every(60_000, () => this.platform.broadcast());
    this.#plan();
    await this.#passUntil(startedAt + dayMs);
    for (const { pages } of this.people) pages.at(-1)?.close();
    await this.#passUntil(startedAt + dayMs + 3 * 3_600_000);
  }

  #plan(): void {
    const rollOvers = new Map<string, number>();
    const endsAt = Date.now() + quietMs;
    for (const mishap of this.#day.mishaps) {
      const { when } = mishap;
      if ("atMs" in when) setTimeout(() => this.#happen(mishap), Math.min(when.atMs, quietMs));
    }
    this.platform.onRollOver = (name) => {
      const number = rollOvers.get(name) ?? 0;
      rollOvers.set(name, number + 1);
      const person = this.people.find((one) => one.name === name);
      if (person === undefined) return;
      for (let ms = 0; ms < 10_000; ms += 100) {
        setTimeout(() => this.platform.broadcast(), ms);
        if (ms % 500 === 0) setTimeout(() => this.#say(person), ms + 50);
      }
      for (const mishap of this.#day.mishaps) {
        const { when } = mishap;
        if (!("rollOver" in when) || this.people[mishap.person] !== person) continue;
        if (when.rollOver !== number || Date.now() > endsAt) continue;
        setTimeout(() => this.#happen(mishap), when.afterMs);
      }
    };
  }

  #happen({ person: index, what }: Mishap): void {
    const person = this.people[index];
    const page = person?.pages.at(-1);
    if (person === undefined || page === undefined) return;
    if (what.type === "functions") {
      this.reloads.push(Date.now());
      this.platform.reload();
    } else if (what.type === "page") {
      page.close();
      this.#openPage(person);
    } else {
      // Something is always on its way, or has just arrived.
      for (let count = 0; count < 3; count++) this.#say(person);
      this.platform.broadcast();
      setTimeout(() => this.#cut(person, what), Math.floor(this.#random() * 400));
    }
  }

  #cut(person: Person, cut: NetworkCut): void {
    const { pages, troubles } = person;
    const { which, offlineMs, clientMs } = cut;
    const page = pages.at(-1);
    page?.cut(cut, which, offlineMs);
    const noticedMs = page?.hasPonged === true ? Math.min(clientMs, probeMs) : clientMs;
    troubles.push({
      fromMs: Date.now() - longestWayMs,
      untilMs: Date.now() + noticedMs + offlineMs + returnMs,
    });
    for (let ms = 100; ms < 4000; ms += 400) setTimeout(() => this.#say(person), ms);
  }

  #openPage(person: Person): void {
    const { hasLogins } = this.#day;
    const options = { person: person.name, hasLogins, random: this.#random };
    person.pages.push(new VirtualPage(this.platform, options));
  }

  #say({ pages }: Person): void {
    const luck = this.#random();
    const ms = luck < 0.9 ? 5 + luck * 300 : luck < 0.98 ? luck * 8000 : 40_000;
    const other = this.#random();
    const ending = other < 0.85 ? "result" : other < 0.97 ? "error" : "crash";
    const task = { n: this.#messages++, ms: Math.floor(ms), ending } as const;
    pages.at(-1)?.say(task, this.#random() < 0.7);
  }

  /** About every so many milliseconds, as long as the day lasts. */
  #every(meanMs: number, run: () => void): void {
    const endsAt = Date.now() + dayMs - 60_000;
    const next = (): void => {
      setTimeout(
        () => {
          if (Date.now() > endsAt) return;
          run();
          next();
        },
        Math.floor(this.#random() * 2 * meanMs),
      );
    };
    next();
  }

  async #passUntil(atMs: number): Promise<void> {
    // So that there always is a next timer.
    setTimeout(() => {}, atMs - Date.now());
    while (Date.now() < atMs) {
      vi.advanceTimersToNextTimer();
      await this.platform.settled();
    }
  }
}

/** Numbers from 0 to 1 that a seed fixes: mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
