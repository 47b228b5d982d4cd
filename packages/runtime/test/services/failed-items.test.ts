import { expect, test } from "vitest";
import { failedItems } from "../../src/services/failed-items.ts";

const batch = new Set(["a", "b"]);

// https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
test.each([
  ["an empty list", '{"batchItemFailures":[]}', []],
  ["a null list", '{"batchItemFailures":null}', []],
  ["an empty answer", "{}", []],
  ["null", "null", []],
  ["no answer", "", []],
  ["an item of the batch", '{"batchItemFailures":[{"itemIdentifier":"b"}]}', ["b"]],
])("%s fails these items", (_what, payload, failed) => {
  expect(failedItems(payload, batch)).toEqual(new Set(failed));
});

test.each([
  ["an identifier that is not in the batch", '{"batchItemFailures":[{"itemIdentifier":"c"}]}'],
  ["an empty identifier", '{"batchItemFailures":[{"itemIdentifier":""}]}'],
  ["a null identifier", '{"batchItemFailures":[{"itemIdentifier":null}]}'],
  ["another key", '{"batchItemFailures":[{"id":"a"}]}'],
  ["something that is not a list", '{"batchItemFailures":"a"}'],
])("%s fails the whole batch", (_what, payload) => {
  expect(failedItems(payload, batch)).toBeTypeOf("string");
});
