import { expect, test } from "vitest";
import { holdPort } from "../../../../../test/helpers/held-port.ts";
import { findPortHolder } from "../../../src/dev/ports/port-holder.ts";

test.runIf(process.platform === "linux")("names the program that listens on a port", async () => {
  const held = await holdPort();
  const holder = await findPortHolder(held.port);
  await held.release();
  expect(holder?.pid).toBe(process.pid);
});

test("is null for a port nobody holds", async () => {
  const held = await holdPort();
  await held.release();
  expect(await findPortHolder(held.port)).toBeNull();
});
