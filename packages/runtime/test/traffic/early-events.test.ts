import { expect, test } from "vitest";
import { Traffic } from "../../src/traffic/traffic.ts";
import type { TrafficEvent } from "../../src/traffic/traffic-event.ts";

const bug = (where: string): TrafficEvent => ({ type: "bug", where, error: null });

test("what is emitted before anybody listens reaches the first listener, in order", () => {
  const traffic = new Traffic();
  traffic.emit(bug("a"));
  traffic.emit(bug("b"));
  const heard: TrafficEvent[] = [];
  traffic.listen((event) => heard.push(event));
  traffic.emit(bug("c"));
  expect(heard).toEqual([bug("a"), bug("b"), bug("c")]);
});

test("a later listener hears what comes from then on", () => {
  const traffic = new Traffic();
  traffic.emit(bug("a"));
  traffic.listen(() => {});
  const heard: TrafficEvent[] = [];
  traffic.listen((event) => heard.push(event));
  traffic.emit(bug("b"));
  expect(heard).toEqual([bug("b")]);
});
