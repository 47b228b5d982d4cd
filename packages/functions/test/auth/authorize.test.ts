import { beforeEach, expect, test } from "vitest";
import { readAppSecrets } from "../../src/auth/app-secret.ts";
import { authorize, type AuthMethod, type AuthVerdict } from "../../src/auth/authorize.ts";
import { session } from "../../src/auth/session.ts";
import { ticket } from "../../src/auth/ticket.ts";
import { setEnvironment } from "../aws-server.ts";

const ada = { id: "ada", name: "Ada", age: 36, isAdmin: true };
const own = "https://app.example.com";

beforeEach(() => setEnvironment({ ARC_APP_SECRET: "a secret of the app, long enough" }));

interface Attempt {
  readonly methods?: readonly AuthMethod[];
  readonly origin?: string;
  readonly ticket?: string;
  readonly cookie?: string;
  readonly allowed?: readonly string[];
  readonly now?: number;
}

function createDoor(): (attempt: Attempt) => Promise<AuthVerdict> {
  const used = new Set<string>();
  return ({ methods = ["ticket", "session"], origin, allowed = [], now = Date.now(), ...given }) =>
    authorize(
      {
        headers: { Origin: origin, Cookie: given.cookie },
        query: { ticket: given.ticket },
        now,
      },
      {
        methods,
        origins: { own: [own], allowed },
        secrets: readAppSecrets(),
        memory: {
          useTicket: ({ nonce }) => {
            const isFirst = !used.has(nonce);
            used.add(nonce);
            return Promise.resolve(isFirst);
          },
          revokedAt: (id) => Promise.resolve(id === "eve" ? Date.now() + 1 : 0),
        },
      },
    );
}

const cookieOf = (setCookie: string): string => setCookie.split(";")[0] ?? "";

test("lets a ticket in once", async () => {
  const enter = createDoor();
  const text = await ticket.issue(ada);
  expect(await enter({ origin: own, ticket: text })).toMatchObject({ ok: true, identity: ada });
  expect(await enter({ origin: own, ticket: text })).toEqual({ ok: false, status: 401 });
});

test("lets a program in, which has no origin, with a ticket and not with a cookie", async () => {
  const enter = createDoor();
  expect(await enter({ ticket: await ticket.issue(ada) })).toMatchObject({ ok: true });
  const cookie = cookieOf(await session.write({ user: ada }));
  expect(await enter({ cookie })).toEqual({ ok: false, status: 401 });
});

test("refuses a foreign page without using its ticket up", async () => {
  const enter = createDoor();
  const text = await ticket.issue(ada);
  const foreign = { origin: "https://evil.example", ticket: text };
  expect(await enter(foreign)).toEqual({ ok: false, status: 403 });
  expect(await enter({ origin: own, ticket: text })).toMatchObject({ ok: true });
});

test.each(["null", "https://app.example.com.evil.example", "http://app.example.com", "file://"])(
  "takes %s for a foreign origin",
  async (origin) => {
    const text = await ticket.issue(ada);
    expect(await createDoor()({ origin, ticket: text })).toEqual({ ok: false, status: 403 });
  },
);

test.each([["https://other.example"], ["*"]])("lets pages of %s in when listed", async (listed) => {
  const attempt = { origin: "https://other.example", allowed: [listed] };
  expect(await createDoor()({ ...attempt, ticket: await ticket.issue(ada) })).toMatchObject({
    ok: true,
  });
});

test("lets a session in as its user, who may not be missing", async () => {
  const enter = createDoor();
  const cookie = cookieOf(await session.write({ user: ada, theme: "dark" }));
  expect(await enter({ origin: own, cookie })).toMatchObject({ ok: true, identity: ada });
  const nobody = cookieOf(await session.write({ theme: "dark" }));
  expect(await enter({ origin: own, cookie: nobody })).toEqual({ ok: false, status: 401 });
});

test("refuses what was issued before a revocation", async () => {
  const enter = createDoor();
  const eve = { id: "eve" };
  const attempts = [
    { origin: own, ticket: await ticket.issue(eve) },
    { origin: own, cookie: cookieOf(await session.write({ user: eve })) },
  ];
  for (const attempt of attempts) {
    expect(await enter(attempt)).toEqual({ ok: false, status: 401 });
  }
});

test("refuses an expired ticket, and one of another kind of credential", async () => {
  const enter = createDoor();
  const text = await ticket.issue(ada);
  const now = Date.now() + 60_000;
  expect(await enter({ origin: own, ticket: text, now })).toEqual({ ok: false, status: 401 });
  const cookie = cookieOf(await session.write({ user: ada }));
  const asTicket = cookie.slice(cookie.indexOf("=") + 1);
  expect(await enter({ origin: own, ticket: asTicket })).toEqual({ ok: false, status: 401 });
});

test("takes only the ways the app has", async () => {
  const enter = createDoor();
  const cookie = cookieOf(await session.write({ user: ada }));
  const byTicket = { origin: own, ticket: await ticket.issue(ada) };
  expect(await enter({ ...byTicket, methods: ["session"] })).toEqual({ ok: false, status: 401 });
  const bySession = { origin: own, cookie };
  expect(await enter({ ...bySession, methods: ["ticket"] })).toEqual({ ok: false, status: 401 });
});
