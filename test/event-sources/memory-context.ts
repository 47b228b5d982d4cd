import type { InvocationResult } from "../../packages/runtime/src/invocation.ts";
import type { ServiceContext } from "../../packages/runtime/src/services/service-context.ts";
import { Realtime } from "../../packages/runtime/src/connections/realtime.ts";
import { createTestClock, type TestClock } from "../../packages/runtime/src/test-clock.ts";
import { Traffic } from "../../packages/runtime/src/traffic/traffic.ts";

type Fields = Record<string, unknown>;

interface Call {
  readonly functionId: string;
  readonly event: Fields;
  /** Epoch milliseconds, by the test's clock. */
  readonly at: number;
}

/** A service's surroundings, and what a test reads of them. */
export interface MemoryContext {
  readonly context: ServiceContext;
  readonly clock: TestClock;
  readonly calls: readonly Call[];
  /** What the service reported of its functions. */
  readonly log: readonly string[];
  /** What the function returns; an Error fails. */
  answer: (records: readonly Fields[]) => unknown;
  /** Records of a call, counted from 0; none when it was never made. */
  records(call: number): readonly Fields[];
  /** Advances the clock once what is due at once has settled. */
  pass(by: number | string): Promise<void>;
  /** Advances the clock second by second until the function was called so often. */
  secondsUntilCall(count: number, limit: number): Promise<number>;
}

/** Surroundings in memory: a function that a test answers for, and a test's clock. */
export function createMemoryContext(): MemoryContext {
  const clock = createTestClock();
  const calls: Call[] = [];
  const log: string[] = [];
  const traffic = new Traffic();
  traffic.listen((event) => {
    if (event.type === "log") log.push(event.log.text);
    if (event.type === "bug") throw event.error;
  });
  const recordsOf = (event: Fields | undefined): readonly Fields[] =>
    (event?.["Records"] ?? []) as readonly Fields[];
  const local: MemoryContext = {
    clock,
    calls,
    log,
    answer: () => null,
    records: (call) => recordsOf(calls[call]?.event),
    async pass(by) {
      await clock.advance(0);
      await clock.advance(by);
    },
    async secondsUntilCall(count, limit) {
      // What is due at once is handed over in a later turn.
      await clock.advance(0);
      for (let seconds = 0; seconds <= limit; seconds += 1) {
        if (calls.length >= count) return seconds;
        await clock.advance("1s");
      }
      return Infinity;
    },
    context: {
      clock,
      traffic,
      realtime: new Realtime(clock, traffic),
      dataDirectory: null,
      origin: () => "http://127.0.0.1:0",
      tables: { port: 0, endpoint: null, seedFile: null },
      invoker: {
        async invoke(functionId: string, payload: string): Promise<InvocationResult> {
          const event = JSON.parse(payload) as Fields;
          calls.push({ functionId, event, at: clock.now() });
          const answer = await local.answer(recordsOf(event));
          return answer instanceof Error
            ? { ok: false, kind: "handled", errorType: "Error", errorMessage: "no", trace: [] }
            : { ok: true, payload: JSON.stringify(answer ?? null) };
        },
      },
    },
  };
  return local;
}
