import { randomUUID } from "node:crypto";
import { appendFile, mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { PublishCommand } from "@aws-sdk/client-sns";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import {
  DeleteCommand,
  GetCommand,
  PutCommand,
  ScanCommand,
  TransactWriteCommand,
} from "@aws-sdk/lib-dynamodb";
import { describe, expect, test } from "vitest";
import { hostData, startHost, type DataHost } from "./data-host.ts";
import { temporaryDirectory } from "./local-services.ts";

const cats = "testapp-staging-cats";
const dogs = "testapp-staging-dogs";

async function idsIn({ documents }: DataHost, TableName: string): Promise<Set<string>> {
  const ids = new Set<string>();
  let ExclusiveStartKey: Record<string, unknown> | undefined;
  do {
    const page = await documents.send(
      new ScanCommand({ TableName, ...(ExclusiveStartKey && { ExclusiveStartKey }) }),
    );
    for (const { id } of page.Items ?? []) ids.add(String(id));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
  return ids;
}

/** The body of a queue's message or the message of an event. */
function textOf(record: Readonly<Record<string, unknown>>): string {
  const { body, Sns } = record as { readonly body?: string; readonly Sns?: { Message: string } };
  return body ?? Sns?.Message ?? "";
}

/** Ids of the cats that stream functions were called with. */
function streamedIds(host: DataHost): Set<string> {
  return new Set(
    host.calls
      .filter(({ functionId }) => functionId === "tables-streams/cats")
      .flatMap(({ event }) => event.Records)
      .map((record) => (record["dynamodb"] as { Keys: { id: { S: string } } }).Keys.id.S),
  );
}

describe("a disk that is full", () => {
  test("a write is refused at once and undone, and acknowledged writes stay", async () => {
    const folder = await temporaryDirectory();
    const full = await startHost(folder, { fileBlocks: 64 });
    const kept: string[] = [];
    let refusal: { name?: string; message?: string; $metadata?: object } = {};
    for (let index = 0; refusal.name === undefined; index += 1) {
      const Item = { id: String(index), text: "x".repeat(3000) };
      await full.documents.send(new PutCommand({ TableName: cats, Item })).then(
        () => kept.push(Item.id),
        (error: unknown) => {
          refusal = error as typeof refusal;
        },
      );
    }
    expect(refusal).toMatchObject({
      name: "InternalServerError",
      message: expect.stringMatching(
        /^The data folder cannot be written, and nothing was changed: EFBIG/,
      ),
      $metadata: { httpStatusCode: 500 },
    });
    expect(kept.length).toBeGreaterThan(5);
    expect(await idsIn(full, cats)).toEqual(new Set(kept));
    // Half of a transaction would fit; nothing of it is kept.
    const pair = ["a", "b"].map((id) => ({
      Put: { TableName: dogs, Item: { id, text: "x".repeat(2000) } },
    }));
    await expect(
      full.documents.send(new TransactWriteCommand({ TransactItems: pair })),
    ).rejects.toMatchObject({ name: "InternalServerError" });
    expect(await idsIn(full, dogs)).toEqual(new Set());
    // What fits goes on.
    await full.documents.send(new DeleteCommand({ TableName: cats, Key: { id: "0" } }));
    await full.kill();

    const roomy = await startHost(folder);
    expect(await idsIn(roomy, cats)).toEqual(new Set(kept.slice(1)));
    expect(roomy.logs).toEqual([]);
    await roomy.documents.send(new PutCommand({ TableName: cats, Item: { id: "more" } }));
    roomy.start();
    await roomy.until(() => streamedIds(roomy).has("more"));
    expect(streamedIds(roomy)).toEqual(new Set([...kept, "more"]));
    await roomy.close();
  });

  test("what functions of streams have taken cannot be noted: that is reported, once", async () => {
    const folder = await temporaryDirectory();
    const full = await startHost(folder, { fileBlocks: 64 });
    // Many batches of records: where one more note fits, not all of them do.
    const putOne = (): Promise<boolean> =>
      full.documents.send(new PutCommand({ TableName: cats, Item: { id: randomUUID() } })).then(
        () => true,
        () => false,
      );
    while (await putOne());
    full.start();
    const isReported = (): boolean => full.logs.some((log) => log.includes("EFBIG"));
    await full.until(isReported);
    expect(full.logs.filter((log) => log.includes("EFBIG"))).toEqual([
      expect.stringMatching(/^The data folder cannot be written, and nothing was changed: EFBIG/),
    ]);
    expect(full.bugs).toEqual([]);
    await full.kill();
  });

  test("a start that finds no room is refused with what to do", async () => {
    const folder = await temporaryDirectory();
    const first = await startHost(folder);
    for (let index = 0; index < 20; index += 1)
      await first.sns.send(
        new PublishCommand({ TopicArn: first.topic, Message: "x".repeat(3000) }),
      );
    await first.kill();
    const before = await readFile(join(folder, "events.journal"));
    expect(await hostData(folder, { fileBlocks: 8 })).toMatchObject({
      refused: {
        code: "ERR_DATA_FORBIDDEN",
        message: expect.stringMatching(/cannot be written for events: EFBIG.*another folder/),
      },
    });
    expect(await readFile(join(folder, "events.journal"))).toEqual(before);
  });

  test("events and messages are refused at once; the accepted ones are delivered", async () => {
    const folder = await temporaryDirectory();
    const full = await startHost(folder, { fileBlocks: 32 });
    const text = "x".repeat(3000);
    const fill = async (send: (id: string) => Promise<unknown>): Promise<[string[], unknown]> => {
      const accepted: string[] = [];
      for (;;) {
        const id = randomUUID();
        try {
          await send(id);
          accepted.push(id);
        } catch (error) {
          return [accepted, error];
        }
      }
    };
    const [events, eventRefusal] = await fill((id) =>
      full.sns.send(new PublishCommand({ TopicArn: full.topic, Message: id + text })),
    );
    const [messages, messageRefusal] = await fill((id) =>
      full.sqs.send(new SendMessageCommand({ QueueUrl: full.queue, MessageBody: id + text })),
    );
    for (const refusal of [eventRefusal, messageRefusal])
      expect(refusal).toMatchObject({
        $metadata: { httpStatusCode: 500 },
        message: expect.stringContaining("The data folder cannot be written"),
      });
    expect(full.bugs).toEqual([]);
    await full.kill();

    const roomy = await startHost(folder);
    roomy.start();
    await roomy.until((calls) => calls.length >= events.length + messages.length);
    const bodies = roomy.calls.flatMap(({ event }) =>
      event.Records.map((record) => textOf(record).slice(0, 36)),
    );
    expect(bodies.toSorted()).toEqual([...events, ...messages].toSorted());
    await roomy.close();
  });
});

test("an acknowledged write survives kill -9 at any moment, with its stream record", async () => {
  const folder = await temporaryDirectory();
  const acknowledged = new Set<string>();
  const streamed = new Set<string>();
  let next = 0;
  for (let round = 0; round < 6; round += 1) {
    const host = await startHost(folder);
    if (round % 2 === 1) host.start();
    const ids = await idsIn(host, cats);
    for (const id of acknowledged) expect(ids).toContain(id);
    const pairs = await idsIn(host, dogs);
    // Both of a transaction, or none.
    for (const id of pairs)
      expect(pairs).toContain(id.replace(/.$/, (end) => (end === "a" ? "b" : "a")));
    const killed = new AbortController();
    const writers = Array.from({ length: 4 }, async () => {
      while (!killed.signal.aborted) {
        const id = String((next += 1));
        const done = await (
          next % 5 === 0
            ? host.documents.send(
                new TransactWriteCommand({
                  TransactItems: [
                    { Put: { TableName: cats, Item: { id } } },
                    { Put: { TableName: dogs, Item: { id: `${id}a` } } },
                    { Put: { TableName: dogs, Item: { id: `${id}b` } } },
                  ],
                }),
              )
            : host.documents.send(new PutCommand({ TableName: cats, Item: { id } }))
        ).then(
          () => true,
          () => false,
        );
        if (done) acknowledged.add(id);
      }
    });
    const before = acknowledged.size;
    // In the midst of writes, after another number of them each time.
    while (acknowledged.size < before + 20 + 13 * round)
      await new Promise((resolve) => setImmediate(resolve));
    await host.kill();
    killed.abort();
    await Promise.all(writers);
    for (const id of streamedIds(host)) streamed.add(id);
  }
  const last = await startHost(folder);
  const ids = await idsIn(last, cats);
  for (const id of acknowledged) expect(ids).toContain(id);
  last.start();
  // Every acknowledged write comes to the stream's function, now if not before.
  await last.until(() => {
    const seen = streamedIds(last);
    return [...acknowledged].every((id) => seen.has(id) || streamed.has(id));
  });
  await last.close();
});

describe("a damaged journal", () => {
  test("starts without the damaged lines, and names them", async () => {
    const folder = await temporaryDirectory();
    const first = await startHost(folder);
    for (const id of ["1", "2", "3"])
      await first.documents.send(new PutCommand({ TableName: dogs, Item: { id } }));
    await first.sns.send(new PublishCommand({ TopicArn: first.topic, Message: "event" }));
    await first.close();
    const file = join(folder, "tables.journal");
    const lines = (await readFile(file, "utf8")).split("\n");
    const damaged = lines.findIndex((line) => line.includes('{"S":"2"}'));
    lines[damaged] = `${lines[damaged]?.slice(0, 20)}\0\0\0`;
    await writeFile(file, lines.join("\n"));
    await appendFile(join(folder, "events.journal"), '["torn","li');

    const second = await startHost(folder);
    expect(await idsIn(second, dogs)).toEqual(new Set(["1", "3"]));
    expect(second.logs).toEqual([
      `${file}:${damaged + 1} is damaged, by a crash or the disk, and was skipped. ${file}.damaged is a copy of the damaged file\n`,
      `${join(folder, "events.journal")}:2 is damaged, by a crash or the disk, and was skipped. ${join(folder, "events.journal")}.damaged is a copy of the damaged file\n`,
    ]);
    expect(await readFile(`${file}.damaged`, "utf8")).toBe(lines.join("\n"));
    await second.documents.send(new PutCommand({ TableName: dogs, Item: { id: "4" } }));
    second.start();
    await second.until((calls) => calls.some(({ functionId }) => functionId === "events/hi"));
    await second.close();

    const third = await startHost(folder);
    expect([third.logs, await idsIn(third, dogs)]).toEqual([[], new Set(["1", "3", "4"])]);
    await third.close();
  });

  test("a folder of an earlier version is refused with what to do", async () => {
    const folder = await temporaryDirectory();
    await mkdir(join(folder, "tables"));
    await writeFile(join(folder, "tables", "CURRENT"), "MANIFEST-000004\n");
    await writeFile(join(folder, "tables", "MANIFEST-000004"), "");
    expect(await hostData(folder)).toMatchObject({
      refused: {
        code: "ERR_DATA_FORMAT",
        message: expect.stringContaining("Move the folder away"),
      },
    });
  });
});

describe("one process uses a data folder", () => {
  test("a second one is refused, and goes ahead once the first has ended, however", async () => {
    const folder = await temporaryDirectory();
    const first = await startHost(folder);
    expect(await hostData(folder)).toEqual({
      refused: {
        code: "ERR_DATA_IN_USE",
        message: `The data folder ${folder} is in use by process ${first.pid}. Stop it, or choose another folder with --data`,
      },
    });
    await first.documents.send(new PutCommand({ TableName: dogs, Item: { id: "1" } }));
    await first.kill();
    const second = await startHost(folder);
    expect(
      (await second.documents.send(new GetCommand({ TableName: dogs, Key: { id: "1" } }))).Item,
    ).toEqual({ id: "1" });
    await second.close();
    await (await startHost(folder)).close();
    expect(await readdir(join(folder, "lock"))).toHaveLength(1);
  });

  test("of several that start at once, one wins", async () => {
    const folder = await temporaryDirectory();
    const crashed = await startHost(folder);
    await crashed.kill();
    const started = await Promise.all(Array.from({ length: 4 }, () => hostData(folder)));
    expect(started.filter((host) => !("refused" in host))).toHaveLength(1);
    for (const host of started)
      if ("refused" in host) expect(host.refused.code).toBe("ERR_DATA_IN_USE");
  });

  test("a number that another process has by now holds no lock", async () => {
    const folder = await temporaryDirectory();
    await mkdir(join(folder, "lock"));
    const holder = { pid: process.pid, host: hostname(), started: "another start" };
    await writeFile(join(folder, "lock", "7"), JSON.stringify(holder));
    const host = await startHost(folder);
    expect(await readdir(join(folder, "lock"))).toEqual(["8"]);
    await host.close();
  });
});

test("a folder that cannot be written is refused with what to do", async () => {
  // Root may write everywhere; a file where the folder should be stops it too.
  const folder = join(await temporaryDirectory(), "data");
  await mkdir(folder);
  await writeFile(join(folder, "lock"), "");
  expect(await hostData(folder)).toMatchObject({
    refused: {
      code: "ERR_DATA_FORBIDDEN",
      message: expect.stringMatching(
        /cannot be written: .+ Fix its permissions, or choose another folder with --data$/,
      ),
    },
  });
});

test.each(["tables", "events", "queue-jobs"])(
  "a folder in the place of the journal of %s is refused with what to do",
  async (name) => {
    const folder = await temporaryDirectory();
    await mkdir(join(folder, `${name}.journal`));
    expect(await hostData(folder)).toMatchObject({
      refused: {
        code: "ERR_DATA_FORBIDDEN",
        message: expect.stringMatching(
          /cannot be written for (?:tables|events|queues): EISDIR.*--data$/,
        ),
      },
    });
  },
);
