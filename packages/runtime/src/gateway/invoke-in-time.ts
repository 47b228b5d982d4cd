import type { EventEmitter } from "node:events";
import type { InvocationResult } from "../invocation.ts";
import type { GatewayContext } from "./gateway-context.ts";

/**
 * Invokes a function and waits so long at most. One that has begun goes on when its time is over or its
 * caller is gone, as on AWS; one that has not never begins. `caller` emits `close` when nobody waits for
 * the result any more. `"throttled"`: too much waits already.
 */
export function invokeInTime(
  { invoker, clock, work }: GatewayContext,
  functionId: string,
  event: string,
  limitMs: number,
  caller: EventEmitter,
): Promise<InvocationResult | "late" | "throttled"> {
  const bytes = event.length;
  if (!work.take(bytes)) return Promise.resolve("throttled");
  return new Promise((resolve) => {
    let isWaiting = true;
    const finish = (result: InvocationResult | "late"): void => {
      if (!isWaiting) return;
      isWaiting = false;
      timer.cancel();
      caller.off("close", leave);
      resolve(result);
    };
    const withdraw = (): boolean => {
      const isWithdrawn = invocation.withdraw();
      if (isWithdrawn) work.release(bytes);
      return isWithdrawn;
    };
    // What a function that has begun says still counts: a handshake may owe it a disconnect.
    const leave = (): void => {
      if (withdraw()) finish("late");
    };
    const timer = clock.after(limitMs, () => {
      withdraw();
      finish("late");
    });
    caller.on("close", leave);
    const invocation = invoker.submit(functionId, event, null, (result) => {
      work.release(bytes);
      finish(result);
    });
  });
}
