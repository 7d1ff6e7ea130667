// The parts of new:migration that need no database; tests/house/new_migration_test.ts drafts in a real one.
import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { projectFolder } from "../../tools/pack_folders.ts";
import { parseWanted } from "../../tools/schema/draft/ask.ts";
import { grantsMore, revokes } from "../../tools/schema/draft/privileges.ts";
import { asUpsert } from "../../tools/schema/draft/rows.ts";
import { subjectOf, withReplace } from "../../tools/schema/draft/subject.ts";
import { careful, migrationText } from "../../tools/schema/draft/text.ts";

Deno.test("an area and words for what changes are demanded, and the areas that there are are named", async () => {
  deepEqual(await parseWanted(["core", "longer_timeout"], projectFolder), { area: "core", what: "longer_timeout" });
  await rejects(parseWanted([], projectFolder), /Usage: deno task new:migration <area>/);
  await rejects(parseWanted(["cor", "x"], projectFolder), /no area "cor": choose from core, audit, identity/);
  await rejects(parseWanted(["core", "Longer-timeout"], projectFolder), /"Longer-timeout" does not say what changes/);
});

Deno.test("a statement of a schema file is known by its first words", () => {
  const known: [string, string][] = [
    ["-- Why: so\ncreate function a.f(x text, y int) returns void as $$ $$;", "create function a.f"],
    ["create materialized view a.v as select 1;", "create materialized view a.v"],
    ["create unique index i on only a.t (x);", "create index i of a.t"],
    ["create trigger g after update of x on a.t for each statement execute function a.f();", "create trigger g of a.t"],
    ["create policy p on public.t for select using (true);", "create policy p of public.t"],
    ["comment on column a.t.x is 'On a.b.';", "comment column x of a.t"],
    ["comment on materialized view a.v is 'x';", "comment materialized view a.v"],
    ["revoke all on function a.f(text, numeric(3, 1)), a.g() from public, anon;", "privilege function a.f a.g"],
    ["grant select (x, y) on table a.t to anon;", "privilege table a.t"],
    ["grant select, insert on a.t, a.u to anon;", "privilege table a.t a.u"],
    ["alter table only a.t enable row level security;", "alter table a.t"],
    ["insert into a.t (x) values (1);", "insert row a.t"],
    ["select a.f('x');", "call function a.f"],
    ["do $$ begin null; end $$;", "other "],
  ];
  for (const [text, said] of known) {
    const { does, kind, names, on } = subjectOf(text);
    equal([does, kind, ...names, ...(on === null ? [] : ["of", on])].join(" "), said);
  }
});

Deno.test("a statement is made to replace without touching the comments above it", () => {
  equal(
    withReplace("-- create view\ncreate view a.v as select 1;"),
    "-- create view\ncreate or replace view a.v as select 1;",
  );
  equal(withReplace("create or replace view a.v as select 1;"), "create or replace view a.v as select 1;");
});

Deno.test("declared rows are changed where they exist, and other inserts stay as they are", () => {
  equal(
    asUpsert("insert into a.alert_causes (kind, cause, reach)\nvalues ('x', 'y', 'job');"),
    "insert into a.alert_causes (kind, cause, reach)\nvalues ('x', 'y', 'job')\non conflict (kind, cause) do update set reach = excluded.reach;",
  );
  match(asUpsert("insert into a.alert_channels (channel) values ('x');"), /on conflict \(channel\) do nothing;$/);
  for (
    const text of [
      "insert into a.other (x) values (1);",
      "insert into a.retention (history) values ('x') on conflict do nothing;",
    ]
  ) {
    equal(asUpsert(text), text);
  }
});

Deno.test("privileges that only the migrations give are taken away by name", () => {
  const wide = '{postgres=arwdDxt/postgres,"odd name=r/postgres",anon=ar/postgres,=X/postgres}';
  const narrow = "{postgres=arwdDxt/postgres,anon=r/postgres}";
  deepEqual(revokes("table a.t", wide, narrow), [
    'revoke select on table a.t from "odd name";',
    "revoke insert on table a.t from anon;",
    "revoke execute on table a.t from public;",
  ]);
  equal(grantsMore(wide, narrow), false);
  equal(grantsMore(narrow, wide), true);
});

Deno.test("a draft warns of what deletes rows or keeps readers out, and says what is left to do by hand", () => {
  const steps = [
    { text: "alter table a.t drop column x;", path: null },
    { text: "alter table a.t add column y text not null;", path: null },
    { text: "alter table a.t add column z text default 'x' not null;", path: null },
  ];
  const draft = { steps, byHand: ["enum a.e:\na label is gone"], missing: [], otherAreas: [] };
  equal(careful(draft).length, 2);
  const text = migrationText(draft) ?? "";
  match(text, /-- Careful: deletes what the column holds\.\nalter table a\.t drop column x;/);
  match(text, /-- Careful: fails on a table with rows: give a default\.\nalter table a\.t add column y/);
  match(text, /\n-- by hand: enum a\.e: a label is gone\n$/);
  equal(migrationText({ ...draft, steps: [], byHand: [] }), null);
});
