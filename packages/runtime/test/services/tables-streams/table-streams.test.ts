import type { Manifest, TableStream } from "@arclet/manifest";
import { expect, test } from "vitest";
import {
  createMemoryContext,
  type MemoryContext,
} from "../../../../../test/event-sources/memory-context.ts";
import { manifestWith } from "../../../../../test/helpers/model.mjs";
import { streamOfCats } from "../../../../../test/event-sources/stream-of-cats.ts";

const streamOf = (name: string, settings: Partial<TableStream> = {}): TableStream => ({
  table: "cats",
  functionId: `tables-streams/${name}`,
  origin: null,
  ...settings,
});

function open(
  ...tableStreams: readonly TableStream[]
): MemoryContext & { readonly write: (...ids: string[]) => void } {
  const local = createMemoryContext();
  const manifest: Manifest = manifestWith({ tableStreams });
  const { service, change } = streamOfCats(local.context, manifest);
  service.start();
  return Object.assign(local, { write: change });
}

type Change = { readonly SequenceNumber: string; readonly Keys: { readonly id: { S: string } } };

const changeOf = (record: Record<string, unknown>): Change => record["dynamodb"] as Change;

const batchesOf = (local: MemoryContext, functionId?: string): string[] =>
  local.calls.flatMap((call, index) =>
    functionId === undefined || call.functionId === functionId
      ? [
          local
            .records(index)
            .map((record) => changeOf(record).Keys.id.S)
            .join(""),
        ]
      : [],
  );

const failing =
  (...ids: string[]) =>
  (records: readonly Record<string, unknown>[]): unknown => ({
    batchItemFailures: records
      .map(changeOf)
      .filter(({ Keys }) => ids.includes(Keys.id.S))
      .map(({ SequenceNumber }) => ({ itemIdentifier: SequenceNumber })),
  });

test("every stream of a table gets every change, each at its own pace", async () => {
  const local = open(streamOf("index"), streamOf("audit"));
  local.answer = () => null;
  local.write("a", "b");
  await local.pass(0);
  expect(batchesOf(local, "tables-streams/index")).toEqual(["ab"]);
  expect(batchesOf(local, "tables-streams/audit")).toEqual(["ab"]);
});

test("what comes before the first failed record is done, the rest is handed over again", async () => {
  const local = open(streamOf("cats"));
  local.answer = failing("c", "d");
  local.write("a", "b", "c", "d", "e");
  await local.pass(0);
  local.answer = () => null;
  await local.pass("1s");
  expect(batchesOf(local)).toEqual(["abcde", "cde"]);
});

test("a batch that fails is split until the record at fault is alone, and holds the others back", async () => {
  const local = open(streamOf("cats", { retries: 1 }));
  local.answer = (records) =>
    records.some((record) => changeOf(record).Keys.id.S === "b") ? new Error("no") : null;
  local.write("a", "b", "c", "d");
  await local.pass("10m");
  // "b" is tried again once for itself, given up, and the rest goes on.
  expect(batchesOf(local).at(-1)).toBe("cd");
  expect(batchesOf(local).filter((batch) => batch === "b").length).toBeGreaterThan(0);
  expect(batchesOf(local).slice(0, 3)).toEqual(["abcd", "ab", "a"]);
});

test("an identifier that is not in the batch fails the whole batch", async () => {
  const local = open(streamOf("cats", { bisect: false }));
  local.answer = () => ({ batchItemFailures: [{ itemIdentifier: "1" }] });
  local.write("a", "b");
  await local.pass(0);
  local.answer = () => null;
  await local.pass("1s");
  expect(batchesOf(local)).toEqual(["ab", "ab"]);
  expect(local.log.join("")).toContain('the itemIdentifier "1" is not in the batch');
});
