// What the schema files say and the migrations do not yet make is drafted, and with the draft both make the same.
// Probe files stand on top of the migrated database, in transactions that are rolled back.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import type postgres from "postgres";
import { type Draft, draftMigration, readSide } from "../../tools/schema/draft/draft.ts";
import { migrationText } from "../../tools/schema/draft/text.ts";
import { projectFolder } from "../../tools/pack_folders.ts";
import { loadSchemaWithin } from "../../tools/schema/load.ts";
import { copyProject } from "../support/rigs/project_copy.ts";
import { withConnections } from "../support/rigs/test_database.ts";

const PROBE = {
  "probe_source.sql": `create table public.probe_source (
    id integer primary key,
    score integer
);
alter table public.probe_source enable row level security;
revoke all on table public.probe_source from public, anon, authenticated;
grant select on table public.probe_source to authenticated;
create index probe_source_score_idx on public.probe_source (score);
create policy probe_source_is_read on public.probe_source for select to authenticated using (analytics.probe_allows(id));`,
  "probe_allows.sql": `create function analytics.probe_allows(id integer)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$ select id > 0 $$;
comment on function analytics.probe_allows(integer) is 'A probe.';`,
  "mv_probe.sql": `-- Why: to be changed.
create materialized view analytics.mv_probe as
select p.id, p.score from public.probe_source as p
with no data;
create unique index mv_probe_key on analytics.mv_probe (id);
comment on column analytics.mv_probe.score is 'A score.';
select analytics.register_view(view_name => 'mv_probe', pack => 'probe', schedule => '7 * * * *', stale_after => '90 minutes');`,
  "mv_probe_sums.sql": `create materialized view analytics.mv_probe_sums as
select p.id, sum(p.score) as total from analytics.mv_probe as p group by p.id
with no data;
create unique index mv_probe_sums_key on analytics.mv_probe_sums (id);
select analytics.register_view(view_name => 'mv_probe_sums', pack => 'probe', schedule => '9 * * * *', stale_after => '90 minutes');`,
  "named_probe.sql": `create view analytics.named_probe with (security_invoker = on) as
select p.id, 'name' as name from analytics.mv_probe as p;
grant select on table analytics.named_probe to service_role;`,
  "probe_kind.sql":
    `insert into analytics.alert_kinds (kind, severity, summary) values ('probe_kind', 'info', 'A probe.');
insert into analytics.audit_detectors (place, detector, call, needs_history) values (9000, 'probe_kind', 'analytics.probe_allows(1)', false);
insert into analytics.alert_causes (kind, cause, reach, rank) values
    ('probe_kind', 'failed', 'job', 11),
    ('probe_kind', 'missed', 'job', 11);`,
};

type Probe = Readonly<Record<string, string>>;

/** Drafts what leads from one set of probe files to another, and demands that nothing is missing afterwards. */
async function draftBetween(from: Probe, to: Probe): Promise<{ draft: Draft; text: string }> {
  const { draft, text } = await tryBetween(from, to);
  deepEqual(draft.byHand, []);
  deepEqual(draft.missing, []);
  return { draft, text };
}

async function tryBetween(from: Probe, to: Probe, area = "core"): Promise<{ draft: Draft; text: string }> {
  return await withConnections(1, async ([sql]) => {
    ok(sql);
    const want = await rolledBack(sql, async (transaction) => {
      const placed = await loadSchemaWithin(transaction, filesOf(to, area));
      return { placed, want: await readSide(transaction) };
    });
    const migrations = new Map([[`20260101000000_${area}__probe.sql`, Object.values(from).join("\n")]]);
    const draft = await rolledBack(sql, async (transaction) => {
      await loadSchemaWithin(transaction, filesOf(from, area));
      return await draftMigration(transaction, { area, ...want, migrations });
    });
    return { draft, text: migrationText(draft) ?? "" };
  });
}

function filesOf(probe: Probe, area: string) {
  return Object.entries(probe).map(([path, sql]) => ({ area, path, sql }));
}

async function rolledBack<Result>(
  sql: postgres.Sql,
  body: (transaction: postgres.TransactionSql) => Promise<Result>,
): Promise<Result> {
  let result: { readonly value: Result } | undefined;
  const enough = new Error("enough");
  await sql.begin(async (transaction) => {
    result = { value: await body(transaction) };
    throw enough;
  }).catch((error: unknown) => {
    if (error !== enough) throw error;
  });
  ok(result);
  return result.value;
}

/** The probe files with one text of one of them replaced. */
function edited(file: keyof typeof PROBE, from: string, to: string): Probe {
  ok(PROBE[file].includes(from), from);
  return { ...PROBE, [file]: PROBE[file].replace(from, to) };
}

function without(...files: readonly (keyof typeof PROBE)[]): Probe {
  return Object.fromEntries(Object.entries(PROBE).filter(([path]) => !files.some((file) => file === path)));
}

Deno.test("where nothing changed nothing is drafted", async () => {
  equal((await draftBetween(PROBE, PROBE)).text, "");
});

Deno.test("a changed function is replaced by the text of its file, and nothing else is touched", async () => {
  const { draft, text } = await draftBetween(PROBE, edited("probe_allows.sql", "id > 0", "id > 1"));
  match(text, /^create or replace function analytics\.probe_allows\(id integer\)\nreturns boolean/m);
  equal(draft.steps.length, 1);
});

Deno.test("what comes with a new table, such as the index of its key, is no change of another area", async () => {
  const added = {
    "probe_table.sql": "create table public.probe_table (id bigint generated always as identity primary key);",
  };
  const { draft } = await tryBetween({}, added, "probe");
  deepEqual([draft.steps.length, draft.missing, draft.otherAreas], [1, [], []]);
});

Deno.test("a function that answers something else is made again with the policies that call it", async () => {
  const to = {
    ...edited("probe_allows.sql", "(id integer)", "(probe_id integer)"),
    "probe_allows.sql": PROBE["probe_allows.sql"].replace("(id integer)", "(probe_id integer)").replace(
      "id > 0",
      "probe_id > 0",
    ),
  };
  const { text } = await draftBetween(PROBE, to);
  match(
    text,
    /drop policy probe_source_is_read on public\.probe_source;\n\ndrop function analytics\.probe_allows\(integer\);/,
  );
  match(text, /^create function analytics\.probe_allows[\s\S]+^create policy probe_source_is_read/m);
});

Deno.test("a new column is added with its type, default and comment, and a changed one is altered", async () => {
  const more = edited(
    "probe_source.sql",
    "score integer\n);",
    "score bigint default 3,\n    note text not null default 'none' check (note <> '')\n);\ncomment on column public.probe_source.note is 'A note.';",
  );
  const { text } = await draftBetween(without("mv_probe.sql", "mv_probe_sums.sql", "named_probe.sql"), {
    ...without("mv_probe.sql", "mv_probe_sums.sql", "named_probe.sql"),
    "probe_source.sql": more["probe_source.sql"] ?? "",
  });
  match(text, /^alter table public\.probe_source add column note text default 'none'::text not null;$/m);
  match(text, /^alter table public\.probe_source add constraint probe_source_note_check CHECK/m);
  match(text, /^alter table public\.probe_source alter column score set default 3;$/m);
  match(text, /-- Careful: rewrites the table[^\n]+\nalter table public\.probe_source alter column score type bigint/);
  match(text, /^comment on column public\.probe_source\.note is 'A note\.';$/m);
});

Deno.test("a changed materialized view is made again with what reads it, registered, and with no data", async () => {
  const { text } = await draftBetween(PROBE, edited("mv_probe.sql", "p.id, p.score", "p.id, p.score + 1 as score"));
  match(text, /drop materialized view analytics\.mv_probe_sums;[\s\S]+drop materialized view analytics\.mv_probe;/);
  match(text, /drop view analytics\.named_probe;/);
  match(text, /-- mv_probe\.sql\n\n-- Why: to be changed\.\ncreate materialized view analytics\.mv_probe as/);
  match(text, /^create view analytics\.named_probe/m);
  match(text, /^grant select on table analytics\.named_probe to service_role;$/m);
  for (const name of ["mv_probe", "mv_probe_sums"]) {
    match(text, new RegExp(`select analytics\\.register_view\\(view_name => '${name}'`));
  }
});

Deno.test("a view that becomes incremental, or is so no longer, is registered and keeps its rows", async () => {
  const incremental = edited("mv_probe.sql", "'90 minutes')", "'90 minutes', incremental => true)");
  const materialized = edited("mv_probe.sql", "'90 minutes')", "'90 minutes', incremental => false)");
  for (const [from, to] of [[PROBE, incremental], [incremental, materialized]] as const) {
    const { draft, text } = await draftBetween(from, to);
    deepEqual(draft.steps.map(({ text }) => text.split("(")[0]), ["select analytics.register_view"]);
    equal(text.includes("incremental => true"), to === incremental);
    deepEqual(draft.otherAreas, []);
  }
  const { draft } = await tryBetween(incremental, PROBE);
  match(
    draft.byHand.join("\n"),
    /^analytics\.mv_probe: its registration no longer says "incremental => true".*write "incremental => false"/,
  );
});

/** Probe files with an incremental view, and another query of it. */
const incrementalProbe = (from = "", to = ""): Probe => {
  const incremental = edited("mv_probe.sql", "'90 minutes')", "'90 minutes', incremental => true)");
  return { ...incremental, "mv_probe.sql": (incremental["mv_probe.sql"] ?? "").replace(from, to) };
};

Deno.test("the changed query of an incremental view is one call, and its indexes and comments follow their files", async () => {
  const changed = incrementalProbe(
    "p.id, p.score from public.probe_source as p",
    "p.id, 2 * p.score as score from public.probe_source as p",
  );
  const { draft, text } = await draftBetween(incrementalProbe(), changed);
  equal(draft.steps.length, 1);
  match(
    text,
    /^select analytics\.change_view_query\('mv_probe', \$query\$\nselect p\.id, 2 \* p\.score as score from public\.probe_source as p\n\$query\$\);$/m,
  );
  const wider = incrementalProbe("p.id, p.score from", "p.id, p.score, p.score > 5 as is_good from");
  const more: Probe = {
    ...wider,
    "mv_probe.sql": `${wider["mv_probe.sql"]}
comment on column analytics.mv_probe.is_good is 'Good.';
create index mv_probe_good on analytics.mv_probe (is_good);`,
  };
  const drafted = await draftBetween(incrementalProbe(), more);
  deepEqual(drafted.draft.steps.map(({ text }) => text.split(" ").slice(0, 2).join(" ")), [
    "select analytics.change_view_query('mv_probe',",
    "comment on",
    "create index",
  ]);
});

Deno.test("views that read a column which an incremental view loses are given their new texts in the same call", async () => {
  const narrower = incrementalProbe("p.id, p.score from public", "p.id, p.score as points from public");
  const fewer: Probe = {
    ...narrower,
    "mv_probe.sql": (narrower["mv_probe.sql"] ?? "").replace("analytics.mv_probe.score", "analytics.mv_probe.points"),
    "mv_probe_sums.sql": PROBE["mv_probe_sums.sql"].replace("sum(p.score)", "sum(p.points)"),
  };
  const { draft, text } = await draftBetween(incrementalProbe(), fewer);
  match(
    text,
    /texts => jsonb_build_object\(\n'mv_probe_sums', \$text\$\ncreate materialized view analytics\.mv_probe_sums as/,
  );
  ok(!text.includes("drop "), text);
  equal(draft.steps[0]?.text.startsWith("select analytics.change_view_query('mv_probe'"), true);
});

Deno.test("a plain view with a column more is replaced, and with one less made again", async () => {
  const more = edited("named_probe.sql", "'name' as name", "'name' as name, 1 as rank");
  match((await draftBetween(PROBE, more)).text, /create or replace view analytics\.named_probe/);
  match(
    (await draftBetween(more, PROBE)).text,
    /drop view analytics\.named_probe;[\s\S]+^create view analytics\.named_probe/m,
  );
});

Deno.test("an index, a policy and a grant that the files lack are taken away, and come back with the file's text", async () => {
  const bare = { ...PROBE, "probe_source.sql": PROBE["probe_source.sql"].split("\n").slice(0, 6).join("\n") };
  const { text } = await draftBetween(PROBE, bare);
  match(text, /^drop index if exists public\.probe_source_score_idx;$/m);
  match(text, /^drop policy if exists probe_source_is_read on public\.probe_source;$/m);
  match(text, /^revoke select on table public\.probe_source from authenticated;$/m);
  const back = (await draftBetween(bare, PROBE)).text;
  match(back, /^create index probe_source_score_idx on public\.probe_source \(score\);$/m);
  match(back, /^grant select on table public\.probe_source to authenticated;$/m);
});

Deno.test("a kind comes with its detector and its causes, changes, and goes with them", async () => {
  const none = without("probe_kind.sql");
  match((await draftBetween(none, PROBE)).text, /on conflict \(kind, cause\) do update set reach = excluded\.reach/);
  const fewer = edited("probe_kind.sql", "'job', 11),\n    ('probe_kind', 'missed', 'job', 11)", "'job', 12)");
  const { text } = await draftBetween(PROBE, fewer);
  match(text, /^delete from analytics\.alert_causes where kind = 'probe_kind' and cause = 'missed';$/m);
  match(text, /\('probe_kind', 'failed', 'job', 12\)\non conflict/);
  match((await draftBetween(PROBE, none)).text, /delete from analytics\.alert_kinds where kind = 'probe_kind';/);
});

Deno.test("a changed registration is copied, and a view that is gone takes its registration along", async () => {
  const { draft } = await draftBetween(PROBE, edited("mv_probe_sums.sql", "'9 * * * *'", "'19 * * * *'"));
  equal(draft.steps.length, 1);
  match(
    draft.steps[0]?.text ?? "",
    /^select analytics\.register_view\(view_name => 'mv_probe_sums'[\s\S]+'19 \* \* \* \*'/,
  );
  const { text } = await draftBetween(PROBE, without("mv_probe_sums.sql"));
  match(text, /^drop materialized view analytics\.mv_probe_sums;$/m);
  match(text, /^select analytics\.unregister_view\('mv_probe_sums'\);$/m);
});

Deno.test("statistics over columns are made, changed and dropped as their file says", async () => {
  const table = "create table public.probe_pairs (a integer, b integer, c integer);";
  const made = (columns: string) => ({
    "probe_pairs.sql":
      `${table}\ncreate statistics analytics.probe_pairs_stats (ndistinct) on ${columns} from public.probe_pairs;`,
  });
  const whole = await draftBetween({}, made("a, b"));
  match(whole.text, /create statistics analytics\.probe_pairs_stats \(ndistinct\) on a, b/);
  const changed = await draftBetween(made("a, b"), made("b, c"));
  match(changed.text, /drop statistics if exists analytics\.probe_pairs_stats;[\s\S]*on b, c from/);
  const dropped = await draftBetween(made("a, b"), { "probe_pairs.sql": table });
  match(dropped.text, /^drop statistics if exists analytics\.probe_pairs_stats;$/m);
});

Deno.test("a comment that a file lacks is taken away", async () => {
  const silent = edited("probe_allows.sql", "comment on function analytics.probe_allows(integer) is 'A probe.';", "");
  match((await draftBetween(PROBE, silent)).text, /^comment on function analytics\.probe_allows\(integer\) is null;$/m);
});

Deno.test("what cannot be drafted stands in the migration by name, and what still differs is told", async () => {
  const type = "create type analytics.probe_state as enum ('on', 'off');";
  const { draft, text } = await tryBetween(
    { ...PROBE, "probe_state.sql": type },
    {
      ...edited("probe_source.sql", "score integer", "score integer generated always as (id + 1) stored"),
      "probe_state.sql": type.replace("'off'", "'gone'"),
    },
  );
  match(text, /^-- by hand: enum analytics\.probe_state: a label is gone or has another name, on,off and on,gone$/m);
  match(
    text,
    /^-- by hand: column public\.probe_source\.score: "score integer" becomes "score integer generated always as/m,
  );
  deepEqual(draft.missing.map((line) => line.split("\n")[0]), [
    "! column public.probe_source.score",
    "! enum analytics.probe_state",
  ]);
});

Deno.test("new:kind drafts its migration with what else changed, which lacks nothing and finds nothing", async () => {
  const home = await Deno.makeTempDir({ prefix: "freshet-new-kind-" });
  const root = `${home}/freshet`;
  try {
    await copyProject(root);
    await Deno.symlink(`${projectFolder}stack/npm/node_modules`, `${root}/stack/npm/node_modules`);
    const changed = `${root}/supabase/schemas/audit/detectors/url_host.sql`;
    const body = await Deno.readTextFile(changed);
    await Deno.writeTextFile(changed, body.replace(/\$\$;/, () => " -- changed\n$$;"));
    const args = ["task", "new:kind", "slow_refresh", "--severity", "error"];
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: root }).output();
    const said = new TextDecoder().decode(stdout);
    const [, path = ""] =
      /^Wrote (supabase\/migrations\/\d{14}_audit__slow_refresh\.sql): \d+ statements\nWith it the migrations make what/m
        .exec(said) ?? [];
    ok(path !== "", said + new TextDecoder().decode(stderr));
    const text = await Deno.readTextFile(`${root}/${path}`);
    match(text, /^create or replace function \w+\.url_host/m);
    match(await Deno.readTextFile(`${root}/packs/openapi.json`), /"slow_refresh\.md"/);
    const page = await Deno.readTextFile(`${root}/docs/runbook/slow_refresh.md`);
    const [, look = ""] = /```sql\n([\s\S]*?)```/.exec(page) ?? [];
    const test = await Deno.readTextFile(
      `${root}/tests/sql/detect_slow_refresh/nothing_is_told_while_nothing_is_wrong.test.sql`,
    );
    const queries = [...test.matchAll(/is_empty\(\s*\$\$ ([\s\S]*?) \$\$/g)].map(([, query = ""]) => query);
    equal(queries.length, 3);
    deepEqual(await rowsAfter(text, [look, ...queries]), [[], [], [], []]);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});

/** What each query answers after the migration and a pass. */
async function rowsAfter(migration: string, queries: readonly string[]): Promise<unknown[][]> {
  return await withConnections(1, async ([sql]) => {
    ok(sql);
    return await rolledBack(sql, async (transaction) => {
      await transaction.unsafe(migration);
      await transaction`select analytics.audit_pass()`;
      const answers: unknown[][] = [];
      for (const query of queries) answers.push([...await transaction.unsafe(query)]);
      return answers;
    });
  });
}
