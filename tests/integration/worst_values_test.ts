// One row must not stop others. Every column that any view, live relation or fact comes from is given the worst that its
// type accepts, one value at a time: then all views refresh, all answers pass their checks, no row is lost or changed that a
// harmless value in its place would not have touched, and what is left out is counted and can be listed.
import { deepEqual, ok } from "node:assert/strict";
import type postgres from "postgres";
import { affectedBy, digests, leftOut, plantEverything, show, type Shown } from "../support/fixtures/planted_world.ts";
import { controls, type Mode, planter, undone, writtenTables } from "../support/fixtures/planting.ts";
import { proofs } from "../support/random/proofs.ts";
import {
  allPlants,
  oneOfEachType,
  type Plant,
  somePlants,
  type SourceColumn,
  sourceColumns,
} from "../support/fixtures/source_columns.ts";
import { withConnections } from "../support/rigs/test_database.ts";
import { briefly } from "../support/fixtures/worst_values.ts";

/** Types whose bad values are left out; a text or a number of milliseconds that a constraint lets in is as good as any. */
const JUDGED = new Set(["timestamptz", "date", "numeric", "jsonb"]);

/** A document in which there is nothing, and so nothing to leave out. */
const NOTHING = "{}";

/** What a row in a table changes when nothing is wrong with it. */
interface Control {
  readonly mode: Mode;
  readonly affected: ReadonlySet<string>;
  /** Rows that a harmless value takes away or replaces; null where none can be planted to compare with. */
  readonly touched: ReadonlyMap<string, ReadonlySet<string>> | null;
  /** Views whose rows are others once the row is there, whichever harmless value it has. */
  readonly moved: ReadonlySet<string>;
}

interface World {
  readonly sql: postgres.Sql;
  readonly today: string;
  readonly shown: Shown;
  readonly held: ReadonlyMap<string, string>;
  readonly left_out: ReadonlyMap<string, number>;
  readonly views: ReadonlySet<string>;
}

/** Columns of one type start at different values, so that most of them are among these too. */
function oneOfEachColumn(plants: readonly Plant[]): readonly Plant[] {
  const columns = Map.groupBy(plants, ({ table, column }) => `${table}.${column}`);
  return [...columns.values()].flatMap((alike) => alike.slice(0, 1));
}

function onlyViews(world: World, names: ReadonlySet<string>): ReadonlySet<string> {
  return names.intersection(world.views);
}

/** Rows of the world that are not among those shown now. */
function lost(world: World, shown: Shown): Map<string, readonly string[]> {
  return new Map([...shown].map(([resource, rows]) => {
    const present = new Set(rows);
    return [resource, (world.shown.get(resource) ?? []).filter((row) => !present.has(row))];
  }));
}

async function controlOf(world: World, column: SourceColumn): Promise<Control> {
  const { sql, today } = world;
  const plant = await planter(sql, column);
  const canInsert = await undone(sql, () => plant("insert", null).then(() => true, () => false));
  const mode = canInsert ? "insert" : "update";
  const touched = new Map<string, Set<string>>();
  let affected: ReadonlySet<string> = new Set();
  let moved: ReadonlySet<string> = new Set();
  let compared = 0;
  for (const value of controls(column)) {
    if (value === null && mode === "update") continue;
    await undone(sql, async () => {
      try {
        await plant(mode, value);
      } catch {
        return;
      }
      compared += 1;
      const now = await affectedBy(sql, await writtenTables(sql));
      affected = affected.union(now);
      for (const [resource, rows] of lost(world, await show(sql, now, today))) {
        touched.set(resource, new Set([...touched.get(resource) ?? [], ...rows]));
      }
      const after = await digests(sql, onlyViews(world, now));
      const others = [...after].filter(([view, digest]) => digest !== world.held.get(view)).map(([view]) => view);
      moved = compared === 1 ? new Set(others) : moved.intersection(new Set(others));
    });
  }
  return { mode, affected, touched: compared === 0 ? null : touched, moved };
}

/** What is wrong once the value is there; nothing when a constraint refuses it. */
async function faultsOf(world: World, plant: Plant, control: Control): Promise<"refused" | readonly string[]> {
  const { sql, today } = world;
  const put = await planter(sql, plant);
  return await undone(sql, async () => {
    try {
      await put(control.mode, plant.value);
    } catch {
      return "refused";
    }
    try {
      const affected = await affectedBy(sql, await writtenTables(sql));
      const shown = await show(sql, affected, today);
      const foreign = [...lost(world, shown)].flatMap(([resource, rows]) =>
        rows.filter((row) => control.touched !== null && control.touched.get(resource)?.has(row) !== true)
          .map((row) => `${resource} lost ${row.slice(0, 200)}`)
      );
      const left_out = await leftOut(sql);
      const after = await digests(sql, onlyViews(world, affected));
      const silent = [...after].filter(([view, digest]) =>
        JUDGED.has(plant.type) && plant.value !== NOTHING && control.moved.has(view) &&
        digest === world.held.get(view) &&
        (left_out.get(view) ?? 0) <= (world.left_out.get(view) ?? 0)
      );
      return [...foreign, ...silent.map(([view]) => `${view} left the row out and did not count it`)];
    } catch (error) {
      return [String(error instanceof Error ? error.message : error).slice(0, 300)];
    }
  });
}

Deno.test("one row with the worst that its type accepts, in any column of any source, stops no view and no answer", () =>
  withConnections(1, async ([sql]) => {
    if (sql === undefined) throw new Error("no connection");
    await sql`begin`;
    try {
      await plantEverything(sql);
      const columns = await sourceColumns(sql);
      const names = await sql`select view_name from analytics.views`;
      const views = new Set(names.map(({ view_name }) => String(view_name)));
      const everything = views.union(await affectedBy(sql, [...new Set(columns.map(({ table }) => table))]));
      const today = new Date().toISOString().slice(0, 10);
      const world: World = {
        sql,
        today,
        views,
        shown: await show(sql, everything, today),
        held: await digests(sql, views),
        left_out: await leftOut(sql),
      };
      const empty = [...world.shown].filter(([, rows]) => rows.length === 0).map(([resource]) => resource);
      deepEqual(empty, [], `these resources show nothing, so that nothing could be lost: ${empty.join(", ")}`);

      // In the proofs everything is planted everywhere.
      const all = allPlants(columns);
      const sampled = oneOfEachColumn(somePlants(oneOfEachType(columns), 1)).filter((_, nth) => nth % 2 === 0);
      const plants = proofs(sampled.length, all.length) === all.length ? all : sampled;
      const controlled = new Map<string, Control>();
      const faults: string[] = [];
      let refused_count = 0;
      for (const plant of plants) {
        const name = `${plant.table}.${plant.column}`;
        const control = controlled.get(name) ?? await controlOf(world, plant);
        controlled.set(name, control);
        const found = await faultsOf(world, plant, control);
        if (found === "refused") refused_count += 1;
        else faults.push(...found.map((fault) => `${name} = ${briefly(plant.value)}: ${fault}`));
      }
      console.log(`${plants.length} values in ${controlled.size} columns; constraints refused ${refused_count}`);
      ok(faults.length === 0, `${faults.length} faults:\n${faults.slice(0, 60).join("\n")}`);
      ok(refused_count < plants.length * 0.9, "hardly anything was planted");
    } finally {
      await sql`rollback`;
    }
  }));
