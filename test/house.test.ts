import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { functionPragmas } from "../packages/manifest/src/manifest.ts";
import { findCycles } from "./house/cycles.ts";
import { readFloors, upwardImports } from "./house/floors.ts";
import { readImports, type ImportGraph } from "./house/import-graph.ts";

const root = join(import.meta.dirname, "..");
/** `create-arclet` is one line of JavaScript. */
const packages = readdirSync(join(root, "packages")).filter((name) =>
  existsSync(join(root, "packages", name, "src")),
);
const floors = readFloors(readFileSync(join(root, "ARCHITECTURE.md"), "utf8"));
const graph = readImports(join(root, "packages"), packages);

describe("the sources", () => {
  test("are all read", () => {
    expect(packages).toContain("runtime");
    for (const name of packages) {
      expect([...graph.keys()].filter((file) => file.startsWith(`${name}/src/`))).not.toEqual([]);
    }
  });

  test("import nothing in a circle, types included", () => {
    expect(findCycles(graph)).toEqual([]);
  });

  test("import lower packages only", () => {
    expect(upwardImports(floors, "packages", graph)).toEqual([]);
  });

  test.each([...floors.keys()].filter((area) => area !== "packages"))(
    "of %s import lower floors only",
    (area) => {
      expect(upwardImports(floors, area, graph)).toEqual([]);
    },
  );
});

describe("the drawing in ARCHITECTURE.md", () => {
  test("shows every package, and the inside of the large ones", () => {
    expect([...(floors.get("packages")?.names ?? [])].toSorted()).toEqual(packages);
    for (const area of ["manifest", "builder", "runtime", "deploy", "cli"]) {
      expect([...floors.keys()]).toContain(area);
    }
  });

  test.each([...floors].filter(([area]) => area !== "packages"))(
    "names only folders and files that %s has",
    (area, { names }) => {
      const there = readdirSync(join(root, "packages", area.replace(/^[^/]+/, "$&/src")));
      const missing = [...names].filter(
        (name) => !there.includes(name) && !there.includes(`${name}.ts`),
      );
      expect(missing).toEqual([]);
    },
  );
});

describe("a pragma", () => {
  const markdown = readFileSync(join(root, "ARCHITECTURE.md"), "utf8");
  const [header = [], , ...rows] = (/^\| Pragma .*\n(?:\|.*\n)+/m.exec(markdown)?.[0] ?? "")
    .trimEnd()
    .split("\n")
    .map((line) => line.split("|").map((cell) => cell.trim().replaceAll("`", "")));
  const rooms = rows.flatMap(([, pragma = "", ...cells]) =>
    cells.flatMap((cell, index) =>
      cell === "yes" ? [{ pragma, room: header[index + 2] ?? "" }] : [],
    ),
  );

  test("that is a function's has events of its own", () => {
    const withEvents = rooms.filter(({ room }) => room === "runtime/src/lambda-events");
    expect(withEvents.map(({ pragma }) => pragma).toSorted()).toEqual(functionPragmas.toSorted());
  });

  test("is in the table of ARCHITECTURE.md", () => {
    expect(rooms.length).toBeGreaterThan(functionPragmas.length);
  });

  test.each(rooms)("$pragma has its name in $room", ({ pragma, room }) => {
    const there = readdirSync(join(root, "packages", room));
    expect(there.includes(pragma) || there.includes(`${pragma}.ts`)).toBe(true);
  });
});

describe("these tests", () => {
  const drawn = readFloors("```floors\npackages  a ▶ b\na  { roof, hall } ▶ cellar\n```\n");
  const house = (imports: Record<string, string[]>): ImportGraph =>
    new Map(Object.entries(imports).map(([file, targets]) => [file, new Set(targets)]));

  test("find a circle", () => {
    const circle = house({ "a/src/x.ts": ["a/src/y.ts"], "a/src/y.ts": ["a/src/x.ts"] });
    expect(findCycles(circle)).toEqual([["a/src/x.ts", "a/src/y.ts"]]);
  });

  test("find an import of a higher package", () => {
    const up = house({ "b/src/x.ts": ["a"], "a/src/y.ts": ["b"] });
    expect(upwardImports(drawn, "packages", up)).toEqual(["b/src/x.ts → a"]);
  });

  test("find an import of a higher floor, and of another room on the same floor", () => {
    const inside = house({
      "a/src/roof/x.ts": ["a/src/cellar/z.ts", "a/src/hall/y.ts"],
      "a/src/cellar/z.ts": ["a/src/roof/x.ts"],
      "a/src/hall/y.ts": [],
    });
    expect(upwardImports(drawn, "a", inside)).toEqual([
      "a/src/roof/x.ts → a/src/hall/y.ts",
      "a/src/cellar/z.ts → a/src/roof/x.ts",
    ]);
  });

  test("find a folder that is not drawn", () => {
    const attic = house({ "a/src/attic/x.ts": ["a/src/cellar/z.ts"], "a/src/cellar/z.ts": [] });
    expect(upwardImports(drawn, "a", attic)).toEqual(["a/src/attic/x.ts is not drawn"]);
  });

  test("take a file beside the folders for ground when it imports none of them, else for roof", () => {
    const files = house({
      "a/src/index.ts": ["a/src/roof/x.ts", "a/src/ground.ts"],
      "a/src/roof/x.ts": ["a/src/ground.ts"],
      "a/src/cellar/z.ts": ["a/src/index.ts"],
      "a/src/ground.ts": [],
    });
    expect(upwardImports(drawn, "a", files)).toEqual(["a/src/cellar/z.ts → a/src/index.ts"]);
  });
});
