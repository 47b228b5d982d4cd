// The function of the crash soak: it answers, or fails in the way that its message asks for. A ledger
// has a line for each invocation that began.

export const misdeeds = ["exit", "throw-late", "reject", "sleep", "block"] as const;

export type Misdeed = (typeof misdeeds)[number];

export const misbehave = `
import { appendFileSync } from "node:fs";
const misdeeds = {
  exit: () => process.exit(1),
  "throw-late": () => void setImmediate(() => { throw new Error("late"); }),
  reject: () => void Promise.reject(new Error("left")),
  sleep: () => new Promise((resolve) => setTimeout(resolve, 60_000)),
  block: () => { for (;;) {} },
};
export async function handler(event) {
  const { n, misdeed } = JSON.parse(event.body);
  appendFileSync(process.env.LEDGER, event.requestContext.connectionId + " " + n + "\\n");
  await misdeeds[misdeed]?.();
  return { statusCode: 200, body: JSON.stringify({ n, pid: process.pid }) };
}
`;
