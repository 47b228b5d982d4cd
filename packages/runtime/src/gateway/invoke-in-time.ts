import type { InvocationResult } from "../invocation.ts";
import type { GatewayContext } from "./gateway-context.ts";

/**
 * Invokes a function and waits so long at most. The function goes on when its time is over, as on AWS:
 * nobody waits for it any more. `where` names it should the invocation reject, which is a bug.
 */
export function invokeInTime(
  { invoker, clock, traffic }: GatewayContext,
  functionId: string,
  event: string,
  limitMs: number,
  where: string,
): Promise<InvocationResult | "late"> {
  return new Promise((resolve) => {
    const timer = clock.after(limitMs, () => resolve("late"));
    traffic.report(
      invoker.invoke(functionId, event).then((result) => {
        timer.cancel();
        resolve(result);
      }),
      where,
    );
  });
}
