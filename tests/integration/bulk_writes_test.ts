// Ways to load many rows: each is a change, also those in which the triggers of an application do not fire.
import { equal } from "node:assert/strict";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import postgres from "postgres";
import {
  countDifferences,
  createProbeViews,
  dropProbeViews,
  otherProbeView,
  probeView,
} from "../support/fixtures/probe_view.ts";
import { testDatabaseUrl, withConnections } from "../support/rigs/test_database.ts";

const BIN = "/usr/lib/postgresql/15/bin";

async function refresh(sql: postgres.Sql, view: string): Promise<unknown> {
  const [row] = await sql`select outcome from analytics.refresh_view(${view})`;
  return row?.["outcome"];
}

function bulkTest(name: string, load: (sql: postgres.Sql) => Promise<unknown>, logged_count: number): void {
  Deno.test(`${name} is a change`, () =>
    withConnections(1, async ([sql]) => {
      if (sql === undefined) throw new Error("no connection");
      await createProbeViews(sql);
      try {
        const logged = async () => {
          const [row] = await sql`
            select coalesce(sum(statement_count), 0)::integer as statements from analytics.source_changes
            where source = 'public.probe_amounts'::regclass`;
          return Number(row?.["statements"]);
        };
        const before = await logged();
        await load(sql);
        equal(await logged() - before, logged_count, "statements that were logged");
        for (const view of [probeView, otherProbeView]) {
          equal(await refresh(sql, view), "refreshed");
        }
        equal(await countDifferences(sql), 0);
      } finally {
        await dropProbeViews(sql);
      }
    }));
}

const LINES = Array.from({ length: 5_000 }, (_, place) => `${place % 7}\t${place}\n`);

async function copyIn(sql: postgres.Sql): Promise<void> {
  await pipeline(Readable.from(LINES), await sql`copy public.probe_amounts (account, amount) from stdin`.writable());
}

bulkTest("a COPY", copyIn, 1);

bulkTest(
  "a statement that inserts 100,000 rows",
  (sql) =>
    sql`insert into public.probe_amounts (account, amount) select g % 7, g % 100 from generate_series(1, 100000) as g`,
  1,
);

bulkTest("a load in replica role, as a data dump of the Supabase CLI does it,", async () => {
  const admin = postgres(testDatabaseUrl("superuser"), { max: 1, onnotice: () => {} });
  try {
    await admin`set session_replication_role = replica`;
    await copyIn(admin);
  } finally {
    await admin.end();
  }
}, 1);

bulkTest("a restore of a table's rows by pg_restore with disabled triggers", async (sql) => {
  await sql`insert into public.probe_amounts (account, amount) select g % 7, g from generate_series(1, 50) as g`;
  const file = await Deno.makeTempFile({ suffix: ".dump" });
  try {
    await run("pg_dump", "-Fc", "--data-only", "-t", "public.probe_amounts", "-f", file, testDatabaseUrl());
    await sql`truncate public.probe_amounts`;
    for (const view of [probeView, otherProbeView]) await sql`select analytics.refresh_view(${view})`;
    await run("pg_restore", "--data-only", "--disable-triggers", "-d", testDatabaseUrl(), file);
  } finally {
    await Deno.remove(file);
  }
}, 2);

Deno.test("a table that is replicated to counts as changed at each look, since its writes fire no trigger of a statement", () =>
  withConnections(1, async ([sql]) => {
    if (sql === undefined) throw new Error("no connection");
    await createProbeViews(sql);
    const admin = postgres(testDatabaseUrl("superuser"), { max: 1, onnotice: () => {} });
    try {
      for (const view of [probeView, otherProbeView]) await refresh(sql, view);
      equal(await refresh(sql, probeView), "skipped_clean");
      await admin`begin`;
      // What a subscription writes to the catalogue. One of its own needs a second server.
      await admin`insert into pg_subscription_rel (srsubid, srrelid, srsubstate) values (1, 'public.probe_amounts'::regclass, 'r')`;
      for (const view of [probeView, otherProbeView, probeView]) equal(await refresh(admin, view), "refreshed");
      const told =
        await admin`select evidence ->> 'message' as message from freshet.find_source_unwatched() where subject = ${probeView}`;
      equal(told[0]?.["message"], "writes are not logged: public.probe_amounts is written by logical replication");
      await admin`rollback`;
      equal(await refresh(sql, probeView), "skipped_clean");
    } finally {
      await admin.end();
      await dropProbeViews(sql);
    }
  }));

async function run(program: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(`${BIN}/${program}`, { args, stdout: "null", stderr: "piped" })
    .output();
  if (!success) throw new Error(`${program} failed: ${new TextDecoder().decode(stderr)}`);
}
