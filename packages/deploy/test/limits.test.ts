import { expect, test } from "vitest";
import { manifestOf, templateOf } from "./apps.ts";
import { templatesOf } from "./big-app.ts";

test("an app whose root stack would have more than 500 resources is refused with advice", async () => {
  const queues = Array.from({ length: 170 }, (_, index) => `queue${index}`);
  const files = Object.fromEntries(
    queues.map((name) => [`src/queues/${name}/config.arc`, "@access\nconnections\n"]),
  );
  const manifest = await manifestOf(`@app\nlarge\n\n@ws\n\n@queues\n${queues.join("\n")}\n`, {
    ...files,
    ...Object.fromEntries(
      ["connect", "default", "disconnect"].map((name) => [
        `src/ws/${name}/config.arc`,
        "@access\nconnections\n",
      ]),
    ),
  });
  expect(() => templatesOf(manifest)).toThrow(
    expect.objectContaining({ code: "ERR_TEMPLATE_LIMIT", isUserError: true }),
  );
});

test("an app with more than 200 variables, and one with nothing at all, are refused", async () => {
  const environment = Array.from({ length: 201 }, (_, index) => ({
    name: `V${index}`,
    revision: "1",
    bytes: 1,
  }));
  const sockets = await manifestOf("@app\necho\n\n@ws\n");
  expect(() => templateOf(sockets, { environment })).toThrow(
    expect.objectContaining({ code: "ERR_TEMPLATE_LIMIT" }),
  );
  const nothing = await manifestOf("@app\nempty\n\n@static\nfalse\n");
  expect(() => templateOf(nothing)).toThrow(
    expect.objectContaining({ code: "ERR_NOTHING_TO_DEPLOY" }),
  );
});

test("what a function knows and may do is measured before anything is made", async () => {
  const tables = (count: number): string =>
    Array.from({ length: count }, (_, index) => `table-${index}\n  id *String\n`).join("");
  const app = (count: number): string => `@app\nlarge\n\n@http\nget /\n\n@tables\n${tables(count)}`;
  const small = await manifestOf(app(30));
  expect(() => templateOf(small)).not.toThrow();
  const environment = [{ name: "LONG", revision: "1", bytes: 2000 }];
  expect(() => templateOf(small, { environment })).toThrow(
    expect.objectContaining({
      code: "ERR_TEMPLATE_LIMIT",
      message: expect.stringMatching(
        /^The function http\/get-index \(app\.arc:5:1\) is too large: its environment variables have \d+ characters, and AWS allows 4096$/,
      ),
    }),
  );
  // Variables that it does not get count for nothing.
  const config = "src/http/get-index/config.arc";
  const without = await manifestOf(app(30), { [config]: "@arc\nenv false\n" });
  expect(() => templateOf(without, { environment })).not.toThrow();

  // With less access it knows of less, and may do less.
  expect(() => templateOf(small, { stackName: "x".repeat(120) })).toThrow(/4096/);
  const access = { [config]: "@access\ntables table-1\n" };
  const some = await manifestOf(app(60), access);
  expect(() => templateOf(some)).not.toThrow();
});

test("a policy that is too long for IAM is reported by function", async () => {
  const arns = Array.from(
    { length: 120 },
    (_, index) => `  s3:GetObject arn:aws:s3:::${"b".repeat(60)}-${index}/*`,
  );
  const manifest = await manifestOf(
    `@app\nwide\n\n@http\nget /\n\n@aws\nallow\n${arns.join("\n")}\n`,
  );
  expect(() => templateOf(manifest)).toThrow(
    expect.objectContaining({
      code: "ERR_TEMPLATE_LIMIT",
      message: expect.stringMatching(/its permissions have \d+ characters, and AWS allows 10240$/),
    }),
  );
});
