import { expect, test } from "vitest";
import { CliProcess } from "../helpers/cli-process.ts";
import { installed, projectWith } from "./architect-app.ts";

/** One function of the plugin serves every page: it lists the views beside its bundle, and imports from them. */
const project = {
  "package.json": '{"type":"module"}',
  "app.arc": "@app\npages\n\n@plugins\nenhance/arc-plugin-enhance\n",
  "app/pages/index.html": "<my-title>Cats</my-title>",
  "app/pages/cats/$id.html": "<p>a cat</p>",
  "app/api/cats/$id.mjs":
    "export const get = async ({ pathParameters, params }) => ({ json: { id: params?.id ?? pathParameters.id } });\n",
  "app/elements/my-title.mjs":
    "export default ({ html }) => html`<h1 class=title><slot></slot></h1>`;\n",
  "public/cat.css": "b { color: teal }",
};

test("@enhance/arc-plugin-enhance, as published, serves pages, data and files", async () => {
  const modules = await installed("enhance", ["@enhance/arc-plugin-enhance@11.0.5"]);
  await using app = await projectWith(project, modules);
  await using cli = new CliProcess(["sandbox", "--port", "0"], { cwd: app.path });
  const [, url = ""] = await cli.waitFor(/(http:\/\/localhost:\d+)/);
  const page = await fetch(url);
  expect(page.status).toBe(200);
  expect(await page.text()).toMatch(/<h1 class="?title"?>Cats/);
  const cat = await fetch(`${url}/cats/7`, { headers: { accept: "application/json" } });
  expect(await cat.json()).toEqual({ id: "7" });
  // The plugin's `any /*` covers /_static/*, which files come before.
  for (const path of ["/_static/cat.css", "/_public/cat.css"])
    expect(await (await fetch(url + path)).text()).toBe(project["public/cat.css"]);
  expect((await fetch(`${url}/absent`)).status).toBe(404);
  expect(await cli.interrupt()).toBe(0);
}, 240_000);
