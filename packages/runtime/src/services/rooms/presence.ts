import { randomUUID } from "node:crypto";
import { eventSources, type Manifest } from "@arclet/manifest";
import type { PresenceChange } from "../../connections/room-registry.ts";
import { roomsEvent, type PresenceRecord } from "../../lambda-events/rooms.ts";
import { journalFor, type Journal } from "../journal.ts";
import type { ServiceContext } from "../service-context.ts";
import { StreamPoller, type StreamPosition } from "../tables-streams/stream-poller.ts";

/** A member of a room, from its join until its leave has been delivered. */
interface Stay {
  readonly kind: string;
  readonly room: string;
  readonly connectionId: string;
  readonly joinedAt: number;
  /** JSON; null for nothing. */
  readonly member: string | null;
  readonly join: Step;
  /** Null while it is in the room. */
  readonly leave: Step | null;
  /** Whether the join has been delivered. */
  readonly isJoinDone: boolean;
}

/** A record's id and its sequence number. */
interface Step extends StreamPosition {
  readonly eventId: string;
}

/** A join or leave being delivered. */
interface Entry extends PresenceRecord, StreamPosition {}

/**
 * Delivers joins and leaves to the functions of kinds with presence: in order, at least once. A server that was
 * killed reports its members' leaves when it starts again.
 */
export class Presence {
  readonly #context: ServiceContext;
  readonly #journal: Journal<Stay>;
  readonly #pollers = new Map<string, StreamPoller<Entry>>();
  /** Members by the id of their join, until their leave is delivered. */
  readonly #stays = new Map<string, Stay>();
  /** Ids of joins of those that are in a room, by room and connection. */
  readonly #present = new Map<string, string>();
  /** Ids of joins, by the ids of their leaves. */
  readonly #leaves = new Map<string, string>();
  #manifest: Manifest;
  #sequence = 0;
  #isStarted = false;

  private constructor(context: ServiceContext, journal: Journal<Stay>, manifest: Manifest) {
    this.#context = context;
    this.#journal = journal;
    this.#manifest = manifest;
  }

  static async open(context: ServiceContext, manifest: Manifest): Promise<Presence> {
    const journal = await journalFor<Stay>(context, "rooms");
    const presence = new Presence(context, journal, manifest);
    await presence.#takeOver();
    presence.update(manifest);
    context.realtime.onPresence((change) => presence.#accept(change));
    return presence;
  }

  start(): void {
    this.#isStarted = true;
    this.update(this.#manifest);
  }

  update(manifest: Manifest): void {
    this.#manifest = manifest;
    const sources = eventSources(manifest).rooms;
    const kinds = new Set(sources.map(({ name }) => name));
    for (const [kind, poller] of this.#pollers) if (!kinds.has(kind)) poller.pause();
    for (const source of sources) {
      const poller = this.#pollerOf(source.name);
      const subject = `presence of ${source.name}`;
      poller.update({ polling: source, subject, event: roomsEvent });
      if (this.#isStarted) poller.start();
    }
  }

  async close(): Promise<void> {
    this.#context.realtime.onPresence(() => {});
    await Promise.all([...this.#pollers.values()].map((poller) => poller.close()));
    await this.#journal.close();
  }

  /** Members recorded by the previous server process have left. */
  async #takeOver(): Promise<void> {
    const kept = [...this.#journal.kept.values()];
    const steps = kept.flatMap(({ join, leave }) => [join, ...(leave === null ? [] : [leave])]);
    this.#sequence = Math.max(0, ...steps.map(({ sequence }) => sequence));
    const entries: [kind: string, entry: Entry][] = [];
    for (const stay of kept) {
      const ended = { ...stay, leave: stay.leave ?? this.#nextStep() };
      await this.#keep(ended);
      this.#leaves.set(ended.leave.eventId, stay.join.eventId);
      if (!stay.isJoinDone) entries.push([stay.kind, entryOf(stay, "JOIN", stay.join)]);
      entries.push([stay.kind, entryOf(ended, "LEAVE", ended.leave)]);
    }
    entries.sort(([, one], [, other]) => one.sequence - other.sequence);
    for (const [kind, entry] of entries) this.#pollerOf(kind).enqueue(entry);
  }

  #accept(change: PresenceChange): void {
    const { eventName, room, connectionId, member, joinedAt } = change;
    const key = keyOf(connectionId, room);
    const kind = room.split(":", 1)[0] ?? room;
    if (eventName === "JOIN") {
      const join = this.#nextStep();
      const place = { kind, room, connectionId, joinedAt, member };
      const stay: Stay = { ...place, join, leave: null, isJoinDone: false };
      this.#present.set(key, join.eventId);
      this.#hand(stay, entryOf(stay, "JOIN", join));
      return;
    }
    const formerKey = keyOf(change.formerId ?? connectionId, room);
    const stay = this.#stays.get(this.#present.get(formerKey) ?? "");
    // It joined before the kind had presence.
    if (stay === undefined) return;
    if (eventName !== "LEAVE") {
      this.#present.delete(formerKey);
      this.#present.set(key, stay.join.eventId);
      this.#report(this.#keep({ ...stay, member, connectionId }));
      return;
    }
    const leave = this.#nextStep();
    const ended = { ...stay, member, leave };
    this.#present.delete(key);
    this.#leaves.set(leave.eventId, stay.join.eventId);
    this.#hand(ended, entryOf(ended, "LEAVE", leave));
  }

  /** Deliver only what is stored, so that a killed server does not forget it. */
  #hand(stay: Stay, entry: Entry): void {
    const poller = this.#pollerOf(stay.kind);
    poller.enqueue(entry);
    this.#report(this.#keep(stay).then(() => poller.poll()));
  }

  #keep(stay: Stay): Promise<void> {
    this.#stays.set(stay.join.eventId, stay);
    return this.#journal.put(stay.join.eventId, stay);
  }

  async #settle(done: readonly Entry[]): Promise<void> {
    await Promise.all(
      done.map(({ eventId, eventName }) => {
        const joinId = eventName === "JOIN" ? eventId : (this.#leaves.get(eventId) ?? "");
        const stay = this.#stays.get(joinId);
        if (stay === undefined) return Promise.resolve();
        if (eventName === "JOIN") return this.#keep({ ...stay, isJoinDone: true });
        this.#stays.delete(joinId);
        this.#leaves.delete(eventId);
        return this.#journal.remove(joinId);
      }),
    );
  }

  #nextStep(): Step {
    const eventId = randomUUID().replaceAll("-", "");
    return { eventId, at: this.#context.clock.now(), sequence: ++this.#sequence };
  }

  #report(promise: Promise<void>): void {
    this.#context.traffic.report(promise, "rooms");
  }

  #pollerOf(kind: string): StreamPoller<Entry> {
    const known = this.#pollers.get(kind);
    if (known !== undefined) return known;
    const poller = new StreamPoller<Entry>(this.#context, `rooms/${kind}`, (done) =>
      this.#settle(done),
    );
    this.#pollers.set(kind, poller);
    return poller;
  }
}

function keyOf(connectionId: string, room: string): string {
  return `${connectionId} ${room}`;
}

function entryOf(stay: Stay, eventName: "JOIN" | "LEAVE", { eventId, at, sequence }: Step): Entry {
  const { room, connectionId, member, joinedAt } = stay;
  return { eventId, eventName, room, connectionId, member, joinedAt, at, sequence };
}
