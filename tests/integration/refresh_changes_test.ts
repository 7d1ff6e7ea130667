// What the change log promises: nothing is recomputed when nothing changed, and no change is ever lost.
import { equal, rejects } from "node:assert/strict";
import fc from "fast-check";
import type postgres from "postgres";
import {
  countDifferences,
  createProbeViews,
  dropProbeViews,
  otherProbeView,
  probeView,
} from "../support/fixtures/probe_view.ts";
import { proofs } from "../support/random/proofs.ts";
import { withConnections } from "../support/rigs/test_database.ts";

function probeTest(name: string, connectionCount: number, body: (connections: postgres.Sql[]) => Promise<void>): void {
  Deno.test(`refresh_view() ${name}`, () =>
    withConnections(connectionCount, async (connections) => {
      const sql = at(connections, 0);
      await createProbeViews(sql);
      try {
        await body(connections);
      } finally {
        await dropProbeViews(sql);
      }
    }));
}

function at<Item>(items: readonly Item[], index: number): Item {
  const item = items[index];
  if (item === undefined) throw new Error(`No item ${index} of ${items.length}`);
  return item;
}

async function refresh(sql: postgres.Sql, view = probeView): Promise<{ outcome: string; version: number }> {
  const [row] = await sql`select outcome, version::integer from analytics.refresh_view(${view})`;
  return { outcome: String(row?.outcome), version: Number(row?.version) };
}

probeTest("skips a view whose sources did not change, and says when it looked", 1, async ([sql]) => {
  if (sql === undefined) return;
  const [before] =
    await sql`select version, refreshed_at, verified_at from analytics.views where view_name = ${probeView}`;
  equal((await refresh(sql)).outcome, "skipped_clean");
  const [after] =
    await sql`select version, refreshed_at, verified_at from analytics.views where view_name = ${probeView}`;
  equal(after?.version, before?.version);
  equal(String(after?.refreshed_at), String(before?.refreshed_at));
  equal(after?.verified_at > before?.verified_at, true);
});

probeTest(
  "sees what its own transaction wrote since the last refresh, also after others have ended",
  2,
  async (both) => {
    const [sql, other] = [at(both, 0), at(both, 1)];
    await sql.unsafe("begin; insert into public.probe_amounts (account, amount) values (1, 5)").simple();
    // A later transaction that has ended: from here on the snapshot of the first lists itself no more.
    await other`select pg_current_xact_id()`;
    equal((await refresh(sql)).outcome, "refreshed");
    await sql`insert into public.probe_amounts (account, amount) values (1, 5)`;
    equal((await refresh(sql)).outcome, "refreshed");
    equal((await refresh(sql, otherProbeView)).outcome, "refreshed");
    equal(await countDifferences(sql), 0);
    await sql.unsafe("rollback").simple();
  },
);

for (
  const [kind, statement] of [
    ["an insert", "insert into public.probe_amounts (account, amount) values (1, 5)"],
    ["an update", "update public.probe_amounts set amount = amount + 1"],
    ["a delete", "delete from public.probe_amounts"],
    ["a truncate", "truncate public.probe_amounts"],
    ["an upsert", "insert into public.probe_amounts (account, amount) values (1, 5) on conflict do nothing"],
    [
      "a merge",
      "merge into public.probe_amounts as t using (values (1)) as s (account) on t.account = s.account when not matched then insert (account, amount) values (1, 1)",
    ],
  ] as const
) {
  probeTest(`refreshes after ${kind} and moves the version by one`, 1, async (connections) => {
    const sql = at(connections, 0);
    const { version } = await refresh(sql);
    await sql.unsafe(statement);
    const answer = await refresh(sql);
    equal(answer.outcome, "refreshed");
    equal(answer.version, version + 1);
    await refresh(sql, otherProbeView);
    equal(await countDifferences(sql), 0);
  });
}

probeTest("sees the change of a transaction that was open across a refresh", 2, async (connections) => {
  const [sql, writer] = [at(connections, 0), at(connections, 1)];
  await writer`begin`;
  await writer`insert into public.probe_amounts (account, amount) values (7, 70)`;
  await sql`insert into public.probe_amounts (account, amount) values (8, 80)`;
  equal((await refresh(sql)).outcome, "refreshed");
  await writer`commit`;
  equal((await refresh(sql)).outcome, "refreshed");
  await refresh(sql, otherProbeView);
  equal(await countDifferences(sql), 0);
  equal((await refresh(sql)).outcome, "skipped_clean");
});

probeTest("ignores a transaction that was rolled back", 2, async (connections) => {
  const [sql, writer] = [at(connections, 0), at(connections, 1)];
  await writer`begin`;
  await writer`insert into public.probe_amounts (account, amount) values (7, 70)`;
  await writer`rollback`;
  equal((await refresh(sql)).outcome, "skipped_clean");
});

probeTest(
  "never waits for another refresh of the same view: the second is recorded as skipped_busy",
  2,
  async (connections) => {
    const [sql, other] = [at(connections, 0), at(connections, 1)];
    await other`begin`;
    await other`select analytics.refresh_view(${probeView})`;
    equal((await refresh(sql)).outcome, "skipped_busy");
    await other`commit`;
    equal((await refresh(sql)).outcome, "skipped_clean");
  },
);

probeTest(
  "is a real one when the last real one is older than rebuild_after, whatever the log says",
  1,
  async (connections) => {
    const sql = at(connections, 0);
    await sql`update analytics.views set refreshed_at = refreshed_at - rebuild_after where view_name = ${probeView}`;
    equal((await refresh(sql)).outcome, "refreshed");
  },
);

probeTest("is a real one when the snapshot comes from another cluster", 1, async (connections) => {
  const sql = at(connections, 0);
  await sql`update analytics.views set source_snapshot = '999999999999:999999999999:' where view_name = ${probeView}`;
  equal((await refresh(sql)).outcome, "refreshed");
  equal((await refresh(sql)).outcome, "skipped_clean");
});

probeTest("fails loudly when its view is gone", 1, async (connections) => {
  const sql = at(connections, 0);
  await sql.unsafe(`drop materialized view analytics.${probeView}`);
  await rejects(refresh(sql), /refresh of analytics\.mv_probe_totals failed \[42P01\]/);
});

probeTest("keeps at most one logged change for each set of views that lacks it", 1, async (connections) => {
  const sql = at(connections, 0);
  async function logged(): Promise<number> {
    const [row] = await sql`
      select count(*)::integer as changes from analytics.source_changes where source = 'public.probe_amounts'::regclass`;
    return Number(row?.changes);
  }
  const [before] = await sql`
    select coalesce(sum(statement_count), 0)::integer as written
    from analytics.source_changes where source = 'public.probe_amounts'::regclass`;
  const writesBefore = Number(before?.written);
  for (let index = 0; index < 100; index++) await sql`insert into public.probe_amounts (account, amount) values (1, 1)`;
  await refresh(sql);
  equal(await logged(), 1, "the other view lacks all hundred: one row says so");
  await sql`insert into public.probe_amounts (account, amount) values (1, 1)`;
  await refresh(sql);
  equal(await logged(), 1);
  await refresh(sql, otherProbeView);
  equal(await logged(), 1, "every view includes every change: one row keeps their number");
  const [row] = await sql`
    select statement_count::integer as written from analytics.source_changes where source = 'public.probe_amounts'::regclass`;
  equal(row?.written, writesBefore + 101);
});

// "begin refresh" leaves its transaction open, so that writes, commits and the other view's refreshes fall into it.
const kinds = [
  ...["write", "write", "commit", "rollback", "refresh", "refresh"] as const,
  ...["begin refresh", "write after refresh", "end refresh"] as const,
];
const steps = fc.array(
  fc.record({ kind: fc.constantFrom(...kinds), who: fc.nat({ max: 2 }), account: fc.nat({ max: 4 }) }),
  { minLength: 5, maxLength: 40 },
);

probeTest("equals a recomputation after any interleaving of writers and refreshes", 6, async (connections) => {
  const sql = at(connections, 0);
  const refreshers = [probeView, otherProbeView].map((view, index) => ({
    view,
    sql: at(connections, index + 1),
    open: false,
  }));
  const writers = connections.slice(3).map((connection) => ({ sql: connection, open: false }));

  async function end(transaction: { sql: postgres.Sql; open: boolean }, how: "commit" | "rollback"): Promise<void> {
    if (transaction.open) await transaction.sql.unsafe(how);
    transaction.open = false;
  }

  await fc.assert(
    fc.asyncProperty(steps, async (plan) => {
      for (const { kind, who, account } of plan) {
        const [writer, refresher] = [at(writers, who), at(refreshers, who % 2)];
        if (kind === "write") {
          if (!writer.open) await writer.sql`begin`;
          writer.open = true;
          await writer.sql`insert into public.probe_amounts (account, amount) values (${account}, ${account + 1})`;
        } else if (kind === "commit" || kind === "rollback") await end(writer, kind);
        else if (kind === "end refresh") await end(refresher, "commit");
        else if (kind === "write after refresh") {
          if (refresher.open) {
            await refresher.sql`insert into public.probe_amounts (account, amount) values (${account}, 1)`;
          }
        } else {
          if (kind === "begin refresh" && !refresher.open) await refresher.sql`begin`;
          refresher.open ||= kind === "begin refresh";
          await refresh(refresher.sql, refresher.view);
        }
      }
      for (const transaction of [...writers, ...refreshers]) await end(transaction, "commit");
      for (const { view } of refreshers) await refresh(sql, view);
      equal(await countDifferences(sql), 0);
    }),
    { numRuns: proofs(150, 1_000) },
  );
});
