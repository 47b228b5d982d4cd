import type { FanOutRequest } from "../rooms/aws-channel.ts";
import { fanOut } from "../rooms/fan-out.ts";

/** Posts to some of a large room's members. Invoked asynchronously, and never again for the same ones. */
export async function handler({ data, isText, recipients }: FanOutRequest): Promise<void> {
  const bytes = Buffer.from(data, "base64");
  const delivered = await fanOut(recipients, isText ? bytes.toString("utf8") : bytes);
  console.log(JSON.stringify({ recipients: recipients.length, delivered }));
}
