import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { fullName } from "../../shared/resource/resource.ts";
import { registry } from "../../packs/registry.ts";
import { resources } from "../../tools/resources.ts";
import { readSchemaFiles } from "../../tools/schema/areas.ts";

const PACKS = new URL("../../packs/", import.meta.url);
const SCHEMA = await readSchemaFiles();

/** The schema file of an object of a pack. */
function schemaOf(pack: string, object: string): string {
  const path = `packs/${pack}/schema/${object}.sql`;
  const file = SCHEMA.find((candidate) => candidate.path === path);
  assert.ok(file !== undefined, `there is no ${path}`);
  return file.sql;
}

/** The parts hold these texts, in this order. */
function assertInOrder(sql: string, parts: readonly string[]): void {
  const places = parts.map((part) => [part, sql.indexOf(part)] as const);
  for (const [part, place] of places) assert.ok(place >= 0, `it lacks "${part}"`);
  const order = places.map(([, place]) => place);
  assert.deepEqual(order, [...order].sort((left, right) => left - right), "the parts are not in order");
}

/** What a plain view adds to stored rows: names, titles and texts. */
const NAMES = /_(?:name|title|text)$/;

function assertComputes(sql: string, columns: readonly string[]): void {
  for (const column of columns) assert.match(sql, new RegExp(`\\b${column}\\b`));
}

Deno.test("every resource file is registered, under its resource's own name", async () => {
  const files = (await readdir(PACKS, { recursive: true })).filter((path) => /^\w+\/resources\/\w+\.ts$/.test(path));
  assert.equal(resources.length, files.length, "two share a name, or one is missing");
  assert.deepEqual(resources.map(fullName), Object.keys(registry));
});

const registeredBy = (call: RegExp) =>
  new Set(SCHEMA.flatMap(({ sql }) => [...sql.matchAll(call)].map(([, name]) => name)));
const views = registeredBy(/register_view\(\s*view_name => '(\w+)'/g);
const live = registeredBy(/register_live\(\s*name => '(\w+)'/g);

for (const resource of resources) {
  const { pack, view, through, reading, reads = [], columns } = resource;
  const name = fullName(resource);
  const serves = new RegExp(`^-- Serves: .*/analytics/${name}\\b`, "m");

  Deno.test(`everything that ${name} reads is registered, so that its answers move with it`, () => {
    for (const read of [view, ...reads]) assert.ok(views.has(read) || live.has(read), `${read} is not registered`);
  });

  Deno.test(`${name} shows nothing of an organisation that was deleted`, () => {
    const { access, listed } = resource;
    const of_organisations = access.scope === "member" || access.scope === "org" || columns.includes("org_id");
    // A reading asks freshet.asked_orgs, and what is read live went with the organisation.
    if (!of_organisations || reading !== undefined || live.has(view)) return;
    assert.deepEqual(listed, { column: "org_id", in: "dim_orgs" });
  });

  if (through !== undefined) {
    Deno.test(`the names of ${name} are added by a plain view that has every column that is served`, () => {
      const sql = schemaOf(pack, through);
      assert.ok(sql.includes(`/analytics/${name}`), "its header does not say what it serves");
      assertInOrder(sql, [
        "-- Object: ",
        "-- Serves: ",
        `create view analytics.${through}\nwith (security_invoker = on)`,
        "revoke all on table",
        `comment on view analytics.${through} is`,
      ]);
      assertComputes(sql.slice(sql.indexOf(`create view analytics.${through}\n`)).split("\nfrom ")[0] ?? "", columns);
    });
  }

  if (reading !== undefined) {
    Deno.test(`the reading of ${name} has a schema file that makes every column that is served`, () => {
      const sql = schemaOf(pack, `reading_${reading}`);
      const row_type = `create type freshet.${reading}_row as (`;
      assert.match(sql, serves);
      assertInOrder(sql, [
        "-- Object: ",
        "-- Serves: ",
        row_type,
        `create function freshet.reading_${reading}(asked jsonb)`,
        `revoke all on function freshet.reading_${reading}(jsonb)`,
        `comment on function freshet.reading_${reading}(jsonb)`,
      ]);
      assertComputes(sql.slice(sql.indexOf(row_type)).split(");")[0] ?? "", columns);
    });
  } else if (!live.has(view)) {
    Deno.test(`the view of ${name} has a schema file of its name with the five parts`, () => {
      const sql = schemaOf(pack, view);
      assert.match(sql, serves);
      assertInOrder(sql, [
        `-- Object: analytics.${view}`,
        "-- Grain: ",
        "-- Reads: ",
        "-- Serves: ",
        "-- Refresh: ",
        `create materialized view analytics.${view} as`,
        "create unique index",
        `comment on materialized view analytics.${view}`,
        "analytics.register_view(",
      ]);
    });

    Deno.test(`the view of ${name} computes every column that is served`, () => {
      const sql = schemaOf(pack, view);
      const body = sql.slice(sql.indexOf("create materialized view"), sql.indexOf("create unique index"));
      const select = body.slice(body.lastIndexOf("\nselect"));
      // What the view lacks is added by the one that it is read through.
      assertComputes(select, through === undefined ? columns : columns.filter((column) => !NAMES.test(column)));
    });
  }
}
