// The query of a schema file, run against real rows without making the view.
import { deepEqual, equal, match, rejects, throws } from "node:assert/strict";
import { join } from "node:path";
import postgres from "postgres";
import { afterEachSave, inWords, tryView, viewText } from "../../tools/try_view.ts";
import { testDatabaseUrl } from "../support/rigs/test_database.ts";

const FILE = {
  area: "probe",
  path: "packs/probe/schema/mv_probe.sql",
  sql: `-- Object: analytics.mv_probe
create materialized view analytics.mv_probe as
-- A comment with a ; in it
select n % 3 as shelf, n as book from generate_series(1, 6) as n
with no data;

create unique index mv_probe_key
    on analytics.mv_probe (shelf, book);

select analytics.register_view(view_name => 'mv_probe', pack => 'probe', schedule => '* * * * *', stale_after => '1 hour');`,
};

async function withDatabase(body: (sql: postgres.Sql) => Promise<void>): Promise<void> {
  const sql = postgres(testDatabaseUrl(), { max: 1, onnotice: () => {} });
  try {
    await body(sql);
  } finally {
    await sql.end();
  }
}

Deno.test("a view's text is tried: its first rows by its key, their number, and whether the key is unique", async () => {
  await withDatabase(async (sql) => {
    const text = viewText("mv_probe", [FILE]);
    const tried = await tryView(sql, text, 2);
    deepEqual(tried.rows.map((row) => ({ ...row })), [{ shelf: 0, book: 3 }, { shelf: 0, book: 6 }]);
    match(inWords(tried, text), /^6 rows in \d+ ms, and \(shelf, book\) is unique$/);
    const loose = viewText("mv_probe", [{ ...FILE, sql: FILE.sql.replace("(shelf, book)", "(shelf)") }]);
    match(inWords(await tryView(sql, loose, 2), loose), /3 of them repeat a key \(shelf\): a refresh would fail/);
    const [made] = await sql`select to_regclass('analytics.mv_probe') as view`;
    equal(made?.["view"], null);
  });
});

Deno.test("a view's text that writes, or names a table without its schema, is refused as by a refresh", async () => {
  await withDatabase(async (sql) => {
    const text = viewText("mv_probe", [FILE]);
    await rejects(
      tryView(sql, { ...text, query: "select nextval('analytics.refresh_log_id_seq')", key: null }, 1),
      /read-only transaction/,
    );
    await rejects(
      tryView(sql, { ...text, query: "select * from refresh_log", key: null }, 1),
      /"refresh_log" does not exist/,
    );
  });
});

Deno.test("a view that no schema file makes is refused with those that are made", () => {
  throws(() => viewText("mv_nowhere", [FILE]), /No schema file makes the view "mv_nowhere"\. There are mv_probe/);
});

Deno.test("each save of the file is noticed, also by an editor that puts a new file in its place", async () => {
  const folder = await Deno.makeTempDir({ prefix: "freshet-try-view-" });
  const file = join(folder, "mv_probe.sql");
  await Deno.writeTextFile(file, "one");
  const watcher = Deno.watchFs(folder);
  let noticed = Promise.withResolvers<void>();
  const watching = afterEachSave(watcher, file, () => noticed.resolve());
  try {
    for (const text of ["two", "three", "four"]) {
      noticed = Promise.withResolvers<void>();
      await Deno.writeTextFile(`${file}.new`, text);
      await Deno.rename(`${file}.new`, file);
      await noticed.promise;
    }
  } finally {
    watcher.close();
    await watching;
    await Deno.remove(folder, { recursive: true });
  }
});
