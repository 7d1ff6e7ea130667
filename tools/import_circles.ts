/** One file that imports another, both by their repository paths. */
export interface FileImport {
  readonly from: string;
  readonly to: string;
}

/**
 * The circles in an import graph: for each group of files that reach each other the shortest circle, as a list of files
 * that starts and ends with the same file.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const imports = [{ from: "a.ts", to: "b.ts" }, { from: "b.ts", to: "a.ts" }, { from: "b.ts", to: "c.ts" }];
 * assert.deepEqual(circlesIn(imports), [["a.ts", "b.ts", "a.ts"]]);
 * ```
 */
export function circlesIn(imports: readonly FileImport[]): string[][] {
  const targets = new Map<string, string[]>();
  for (const { from, to } of imports) targets.set(from, [...targets.get(from) ?? [], to].sort());
  const files = [...targets.keys()].sort();
  const reached = new Map(files.map((file) => [file, reachedFrom(file, targets)]));
  const seen = new Set<string>();
  const circles: string[][] = [];
  for (const file of files) {
    if (seen.has(file) || reached.get(file)?.has(file) !== true) continue;
    const group = files.filter((other) => reached.get(file)?.has(other) && reached.get(other)?.has(file));
    for (const other of group) seen.add(other);
    const loops = group.map((start) => shortestLoop(start, targets)).sort((one, other) => one.length - other.length);
    circles.push(loops[0] ?? []);
  }
  return circles;
}

/** Every file that can be reached in at least one step. */
function reachedFrom(file: string, targets: ReadonlyMap<string, readonly string[]>): Set<string> {
  const found = new Set<string>();
  const waiting = [...targets.get(file) ?? []];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    waiting.push(...targets.get(next) ?? []);
  }
  return found;
}

/** The shortest path from a file back to itself, breadth first; there must be one. */
function shortestLoop(start: string, targets: ReadonlyMap<string, readonly string[]>): string[] {
  const seen = new Set<string>();
  const ways: string[][] = [[start]];
  for (let way = ways.shift(); way !== undefined; way = ways.shift()) {
    for (const next of targets.get(way.at(-1) ?? start) ?? []) {
      if (next === start) return [...way, start];
      if (seen.has(next)) continue;
      seen.add(next);
      ways.push([...way, next]);
    }
  }
  return [];
}
