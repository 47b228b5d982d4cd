import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startApp } from "arclet/testing";

let app;

before(async () => {
  app = await startApp();
});

after(() => app?.close());

test("shows the page", async () => {
  const response = await app.get("/");
  assert.equal(response.status, 200);
  assert.match(await response.text(), /window\.WS_URL/);
});

test("echoes what a client says", async () => {
  const ada = await app.connect();
  ada.send({ text: "hello" });
  assert.deepEqual(await ada.next(), { echo: { text: "hello" } });
});
