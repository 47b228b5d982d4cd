import type { EventEmitter } from "node:events";
import type { InvocationResult } from "../invocation.ts";
import type { GatewayContext } from "./gateway-context.ts";

/**
 * Invokes a function and waits up to a limit. As on AWS, an invocation that has started continues after the
 * timeout or when its caller leaves; one that has not started is cancelled. `caller` emits `close` when the
 * result is no longer needed. Resolves with `"throttled"` if too many events are waiting.
 */
export function invokeInTime(
  { invoker, deadlines, work }: GatewayContext,
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
    // The result still matters: an accepted handshake requires a disconnect.
    const leave = (): void => {
      if (withdraw()) finish("late");
    };
    const timer = deadlines.after(limitMs, () => {
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
