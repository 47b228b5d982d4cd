import { startApp, type TestApp } from "arclet/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { App } from "../.arclet/types/app.d.ts";

let app: TestApp<App>;

beforeAll(async () => {
  app = await startApp<App>();
});

afterAll(() => app?.close());

test("shows the page", async () => {
  const response = await app.get("/");
  expect(response.status).toBe(200);
  expect(await response.text()).toContain("window.WS_URL");
});

test("echoes what a client says", async () => {
  const ada = await app.connect();
  ada.send({ text: "hello" });
  expect(await ada.next()).toEqual({ echo: { text: "hello" } });
});
