import type { ImportGraph } from "./import-graph.ts";

/** The floors of one area: `packages`, a package such as `runtime`, or a folder of one. */
export interface Floors {
  readonly names: ReadonlySet<string>;
  /** For each name, everything drawn below it. */
  readonly below: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * Reads the `floors` blocks of a document. A line is an area and a drawing: `runtime  a ▶ { b, c } ▶ d`.
 * What is on the left may import all that is drawn to its right, directly or over several arrows.
 */
export function readFloors(markdown: string): ReadonlyMap<string, Floors> {
  const arrows = new Map<string, Map<string, Set<string>>>();
  for (const [, block = ""] of markdown.matchAll(/^```floors\n([\s\S]*?)^```$/gm)) {
    for (const line of block.split("\n").filter((text) => text.trim() !== "")) {
      const [, area = "", drawing = ""] = /^(\S+)\s+(.+)$/.exec(line) ?? [];
      const areaArrows = arrows.get(area) ?? new Map<string, Set<string>>();
      arrows.set(area, areaArrows);
      const groups = drawing.split("▶").map((group) => group.match(/[\w-]+/g) ?? []);
      for (const [index, group] of groups.entries()) {
        for (const name of group) {
          const targets = areaArrows.get(name) ?? new Set<string>();
          for (const target of groups[index + 1] ?? []) targets.add(target);
          areaArrows.set(name, targets);
        }
      }
    }
  }
  return new Map([...arrows].map(([area, drawn]) => [area, closeOver(drawn)]));
}

function closeOver(arrows: ReadonlyMap<string, ReadonlySet<string>>): Floors {
  const below = new Map<string, ReadonlySet<string>>();
  for (const name of arrows.keys()) {
    const reached = new Set<string>();
    const waiting = [...(arrows.get(name) ?? [])];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (reached.has(next)) continue;
      reached.add(next);
      waiting.push(...(arrows.get(next) ?? []));
    }
    below.set(name, reached);
  }
  return { names: new Set(arrows.keys()), below };
}

/**
 * The imports that go against the drawing, and the folders that are missing in it. A file beside an
 * area's folders that is not drawn is ground, which everybody may import, when it reaches no drawn name;
 * otherwise it is roof, which only other roof may import.
 */
export function upwardImports(
  floors: ReadonlyMap<string, Floors>,
  area: string,
  graph: ImportGraph,
): string[] {
  const { names, below } = floors.get(area) ?? { names: new Set(), below: new Map() };
  return area === "packages"
    ? betweenPackages(below, graph)
    : withinArea(area, names, below, graph);
}

function betweenPackages(below: Floors["below"], graph: ImportGraph): string[] {
  const faults: string[] = [];
  for (const [file, targets] of graph) {
    const own = file.split("/", 1)[0] ?? "";
    for (const target of targets) {
      const isOtherPackage = !target.includes("/") && target !== own;
      if (isOtherPackage && below.get(own)?.has(target) !== true)
        faults.push(`${file} → ${target}`);
    }
  }
  return faults;
}

function withinArea(
  area: string,
  names: Floors["names"],
  below: Floors["below"],
  graph: ImportGraph,
): string[] {
  const prefix = `${area.replace(/^[^/]+/, "$&/src")}/`;
  const files = new Map([...graph].filter(([file]) => file.startsWith(prefix)));
  const floorOf = (file: string): string | null => {
    const [first = "", ...rest] = file.slice(prefix.length).split("/");
    const name = rest.length === 0 ? first.replace(/\.ts$/, "") : first;
    return names.has(name) ? name : null;
  };
  const isInFolder = (file: string): boolean => file.slice(prefix.length).includes("/");
  const isGround = (file: string, seen = new Set<string>()): boolean => {
    if (seen.has(file)) return true;
    seen.add(file);
    if (!file.startsWith(prefix)) return true;
    if (floorOf(file) !== null || isInFolder(file)) return false;
    return [...(files.get(file) ?? [])].every((target) => isGround(target, seen));
  };
  const faults: string[] = [];
  for (const [file, targets] of files) {
    const own = floorOf(file);
    if (own === null && isInFolder(file)) {
      faults.push(`${file} is not drawn`);
      continue;
    }
    // Roof and ground: what ground imports is what makes it ground.
    if (own === null) continue;
    for (const target of targets) {
      if (!target.startsWith(prefix) || isGround(target)) continue;
      const other = floorOf(target);
      const isAllowed = other === own || (other !== null && below.get(own)?.has(other) === true);
      if (!isAllowed) faults.push(`${file} → ${target}`);
    }
  }
  return faults;
}
