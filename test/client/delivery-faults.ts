import { longestWayMs } from "./virtual-network.ts";
import type { Person, Trouble, VirtualDay } from "./virtual-day.ts";
import type { Message, VirtualPage } from "./virtual-page.ts";

/** How long a call waits for its answer. */
const answerMs = 30_000;

/** What broke the rules of delivery in a day, in words. */
export function deliveryFaults(day: VirtualDay, hasLogins: boolean): string[] {
  const faults = day.people.flatMap((person) =>
    person.pages.flatMap((page, index) =>
      [...messageFaults(day, page), ...broadcastFaults(day, person, page)].map(
        (fault) => `${person.name}, page ${index}: ${fault}`,
      ),
    ),
  );
  const { limitCloses } = day.platform;
  if (limitCloses > 0) faults.push(`${limitCloses} connections became two hours old`);
  return [...faults, ...presenceFaults(day), ...calmFaults(day, hasLogins)];
}

/** A message to the app runs at most once, and each is resolved, rejected or unknown. */
function messageFaults({ platform }: VirtualDay, page: VirtualPage): string[] {
  const faults: string[] = [];
  for (const message of page.messages) {
    const { n, isCall, ending, outcome, outcomes } = message;
    const runs = platform.runs.get(n) ?? 0;
    const say = (text: string): void => void faults.push(`message ${n} (${outcome}) ${text}`);
    if (runs > 1) say(`ran ${runs} times`);
    if (outcomes !== 1) say(`has ${outcomes} outcomes`);
    switch (outcome) {
      case "UNKNOWN":
        break;
      case "DROPPED":
      case "CLOSED":
        if (runs > 0) say("ran, though it was never sent");
        break;
      case "sent":
        if (isCall) say("was a call");
        break;
      case "REFUSED":
        if (runs !== 1 || ending !== "error") say(`ran ${runs} times, to end in ${ending}`);
        break;
      default:
        if (outcome !== `result ${n}` || runs !== 1 || ending !== "result") {
          say(`ran ${runs} times, to end in ${ending}`);
        }
    }
  }
  const dropped = page.messages.filter(({ outcome }) => outcome === "DROPPED").length;
  if (dropped !== page.dropped) faults.push(`${dropped} were dropped, ${page.dropped} reported`);
  return faults;
}

/** Broadcasts arrive at most once, in order for each socket, and those that do not are followed by `resumed`. */
function broadcastFaults(
  { platform: { broadcasts } }: VirtualDay,
  person: Person,
  page: VirtualPage,
): string[] {
  const faults: string[] = [];
  const seen = new Set<number>();
  const last = new Map<unknown, number>();
  for (const { n, link } of page.received) {
    if (seen.has(n)) faults.push(`broadcast ${n} came twice`);
    seen.add(n);
    if (n < (last.get(link) ?? -1)) faults.push(`broadcast ${n} came out of order`);
    last.set(link, n);
  }
  const troubles = [...joined(person.troubles), ...reconnectsOf(page)];
  const from = page.statuses.find(({ status }) => status === "open")?.at ?? Infinity;
  for (const [n, at] of broadcasts.entries()) {
    // What is on its way when the page goes is for nobody.
    if (seen.has(n) || at <= from || at >= page.closedAt - longestWayMs) continue;
    const trouble = troubles.find(
      ({ fromMs, untilMs }) =>
        fromMs <= at &&
        at <= untilMs &&
        (page.closedAt <= untilMs || page.resumed.some((ms) => ms >= at && ms <= untilMs)),
    );
    if (trouble === undefined) faults.push(`broadcast ${n} was lost without a word`);
  }
  return faults;
}

/** Who is cut again before the end of a trouble is in one longer trouble. */
function joined(troubles: readonly Trouble[]): Trouble[] {
  const longer: Trouble[] = [];
  for (const trouble of troubles) {
    const last = longer.at(-1);
    if (last === undefined || trouble.fromMs > last.untilMs) longer.push(trouble);
    else longer.splice(-1, 1, { ...last, untilMs: Math.max(last.untilMs, trouble.untilMs) });
  }
  return longer;
}

/** Times in which the client itself said that it had no socket. */
function reconnectsOf(page: VirtualPage): Trouble[] {
  return page.statuses
    .filter(({ status }) => status === "waiting" || status === "connecting")
    .map(({ at }) => ({
      fromMs: at - longestWayMs,
      untilMs: page.resumed.find((ms) => ms >= at) ?? page.closedAt,
    }));
}

/** A roll-over is neither a join nor a leave, and whoever has joined has left once in the end. */
function presenceFaults({ platform }: VirtualDay): string[] {
  const { accepted, presence } = platform;
  const faults: string[] = [];
  const members = platform.members();
  if (members.length > 0) faults.push(`${members.join()} never left`);
  /** Those in the room, by their newest connection. */
  const present = new Set<string>();
  const unknown = new Set(accepted.map(({ id }) => id));
  for (const { eventName, connectionId, formerId = "" } of presence) {
    const say = (text: string): void =>
      void faults.push(`${eventName} of ${connectionId}: ${text}`);
    if (eventName === "JOIN") {
      if (present.has(connectionId)) say("is there already");
      if (accepted.some(({ id, previousId }) => id === connectionId && previousId !== null)) {
        say("rolled over");
      }
      present.add(connectionId);
    } else if (eventName === "MOVE") {
      if (!present.delete(formerId)) say("its predecessor is not there");
      present.add(connectionId);
    } else if (eventName === "LEAVE" && !present.delete(connectionId)) say("is not there");
    unknown.delete(connectionId);
  }
  if (present.size > 0) faults.push(`no LEAVE of ${[...present].join()}`);
  // With logins and without, each accepted connection was in the room.
  if (unknown.size > 0) faults.push(`never in the room: ${[...unknown].join()}`);
  const joins = presence.filter(({ eventName }) => eventName === "JOIN").length;
  const opened = accepted.filter(({ previousId }) => previousId === null).length;
  if (joins !== opened) faults.push(`${joins} joins of ${opened} connections`);
  return faults;
}

/** Whoever is never cut loses nothing, and with logins does not even notice. */
function calmFaults(day: VirtualDay, hasLogins: boolean): string[] {
  const [calm] = day.people;
  const page = calm?.pages[0];
  if (calm === undefined || page === undefined) return ["nobody was there"];
  const { accepted, broadcasts } = day.platform;
  const faults: string[] = [];
  const own = accepted.filter(({ person }) => person === calm.name);
  const changes = hasLogins ? own.filter(({ previousId }) => previousId !== null) : page.resumed;
  if (changes.length < 12) faults.push(`only ${changes.length} roll-overs`);
  // A reload can hit the very moment in which $connect runs.
  const wasRefused = page.links.length > own.length;
  if (hasLogins && !wasRefused) {
    if (page.resumed.length > 0) faults.push(`resumed ${page.resumed.length} times`);
    const from = page.statuses[0]?.at ?? Infinity;
    const until = page.closedAt - longestWayMs;
    const expected = broadcasts.filter((at) => at > from && at < until).length;
    if (page.received.length < expected) {
      faults.push(`got ${page.received.length} of ${expected} broadcasts`);
    }
  }
  for (const message of page.messages) {
    const { n, outcome } = message;
    if (message.at > page.closedAt - 2 * answerMs || wasRefused) continue;
    if (day.platform.runs.get(n) !== 1) faults.push(`message ${n} (${outcome}) never ran`);
    if (outcome === "UNKNOWN" && !isHopeless(day, message)) {
      faults.push(`message ${n} became unknown for no reason`);
    }
  }
  return faults.map((fault) => `${calm.name}, who was never cut: ${fault}`);
}

/** No answer can come: the function crashed, or took longer than anybody waits. */
function isHopeless({ reloads }: VirtualDay, { at, ms, ending }: Message): boolean {
  const latest = at + ms + 2 * longestWayMs;
  return (
    ending === "crash" || latest - at >= answerMs || reloads.some((t) => t >= at && t <= latest)
  );
}
