import {
  array,
  assert,
  boolean,
  constant,
  double,
  integer,
  oneof,
  property,
  record,
  string,
} from "fast-check";
import { expect, test } from "vitest";
import { BatchReader, MalformedBatchError } from "../../../src/execution/process/batch-reader.ts";
import { BatchSplitter } from "../../../src/execution/process/batch-splitter.ts";
import { BatchWriter } from "../../../src/execution/process/batch-writer.ts";
import { maximumBatchBytes } from "../../../src/execution/process/records.ts";

const field = oneof(
  record({ kind: constant("text" as const), value: string({ unit: "grapheme" }) }),
  record({ kind: constant("utf8" as const), value: string({ unit: "grapheme" }) }),
  record({ kind: constant("byte" as const), value: integer({ min: 0, max: 255 }) }),
  record({ kind: constant("number" as const), value: integer({ min: 0, max: 2 ** 31 }) }),
  record({ kind: constant("double" as const), value: double({ noNaN: true }) }),
);

test("what is written is read again, in whatever pieces it comes", () => {
  assert(
    property(
      array(array(field, { minLength: 1 }), { minLength: 1 }),
      integer({ min: 1, max: 300 }),
      boolean(),
      (batches, pieceBytes, releases) => {
        const writer = new BatchWriter();
        const stream: Buffer[] = [];
        for (const fields of batches) {
          for (const { kind, value } of fields) {
            if (kind === "text" || kind === "utf8") writer[kind](value);
            else writer[kind](value);
          }
          const batch = writer.take();
          stream.push(Buffer.from(batch));
          if (releases) writer.release(batch);
        }
        const read: unknown[][] = [];
        const reader = new BatchReader();
        const splitter = new BatchSplitter((buffer, start, end) => {
          reader.open(buffer, start, end);
          read.push(
            (batches[read.length] ?? []).map(({ kind }) =>
              kind === "utf8" ? reader.bytes().toString("utf8") : reader[kind](),
            ),
          );
          expect(reader.hasMore).toBe(false);
        });
        const bytes = Buffer.concat(stream);
        for (let from = 0; from < bytes.length; from += pieceBytes) {
          const piece = bytes.subarray(from, from + pieceBytes);
          splitter.add(piece, piece.length);
        }
        expect(read).toEqual(batches.map((fields) => fields.map(({ value }) => value)));
      },
    ),
  );
});

test.each([
  ["no length", Buffer.from([0, 0, 0, 0])],
  ["more bytes than any batch has", lengthOf(maximumBatchBytes + 1)],
])("a batch of %s is malformed", (_, header) => {
  const splitter = new BatchSplitter(() => {});
  expect(() => splitter.add(header, header.length)).toThrow(MalformedBatchError);
});

test("a field never reads beyond its batch", () => {
  const reader = new BatchReader();
  const batch = Buffer.concat([lengthOf(2 ** 32 - 1), Buffer.from("secret of the next batch")]);
  reader.open(batch, 0, 6);
  expect(() => reader.text()).toThrow(MalformedBatchError);
});

function lengthOf(bytes: number): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt32LE(bytes);
  return header;
}
