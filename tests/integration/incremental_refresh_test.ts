// What a refresh by group promises: the rows are those of the query, whatever was written, rolled back, left open or
// folded meanwhile, each rebuild finds that the log explains every row, and no bucket changes under its version. One view
// is refreshed less often than the rest.
import { equal } from "node:assert/strict";
import fc from "fast-check";
import type postgres from "postgres";
import {
  countDifferences,
  countedWrong,
  createIncrementalViews,
  dropIncrementalViews,
  type IncrementalView,
  viewNames,
} from "../support/fixtures/incremental_views.ts";
import { BucketHistory } from "../support/fixtures/bucket_history.ts";
import { proofs } from "../support/random/proofs.ts";
import { withConnections } from "../support/rigs/test_database.ts";

interface Session {
  readonly sql: postgres.Sql;
  open: boolean;
}

const writes = {
  insert: (n: number) =>
    `insert into public.inc_lines (account, day, returned_on, amount) values (${n % 8}, ${n % 5}, ${n % 3}, ${n})`,
  move: (n: number) =>
    `update public.inc_lines set account = ${n % 8}, day = ${
      n % 6
    } where id in (select id from public.inc_lines order by id offset ${n} limit 2 for update skip locked)`,
  remove: (n: number) =>
    `delete from public.inc_lines where id in (select id from public.inc_lines order by id offset ${n} limit 1 for update skip locked)`,
  "change region": (n: number) =>
    `update public.inc_accounts set region = ${
      n % 4
    } where account in (select account from public.inc_accounts where account = ${n % 8} for update skip locked)`,
  nothing: (n: number) => `update public.inc_lines set amount = amount + 1 where id = -${n + 1}`,
  savepoint: (n: number) =>
    `savepoint s; insert into public.inc_lines (account, day, amount) values (${
      n % 8
    }, 2, 7); rollback to s; update public.inc_lines set amount = amount + 1 where id in (select id from public.inc_lines order by id offset ${n} limit 1 for update skip locked)`,
} as const;

type Write = keyof typeof writes;
const writeKinds = Object.keys(writes) as readonly Write[];
const kinds = [
  ...writeKinds.flatMap((kind) => [kind, kind]),
  ...["commit", "commit", "commit", "rollback", "fold", "rebuild", "truncate"] as const,
  ...["refresh", "refresh", "refresh", "begin refresh", "write after refresh", "end refresh", "undo refresh"] as const,
];
const steps = fc.array(
  fc.record({ kind: fc.constantFrom(...kinds), who: fc.nat({ max: 2 }), n: fc.nat({ max: 40 }) }),
  { minLength: 5, maxLength: 40 },
);

async function refresh(sql: postgres.Sql, view: IncrementalView): Promise<void> {
  await sql`select analytics.refresh_view(${view})`;
}

async function end(session: Session, how: "commit" | "rollback"): Promise<void> {
  if (session.open) await session.sql.unsafe(how);
  session.open = false;
}

async function unexplained(sql: postgres.Sql): Promise<number> {
  const [row] = await sql`select coalesce(sum(unexplained_count), 0)::integer as n from analytics.incremental_views`;
  return Number(row?.["n"]);
}

Deno.test("an incremental view equals its query after any interleaving of writers, refreshes and folds", () =>
  withConnections(7, async (connections) => {
    const [sql, ...others] = connections;
    if (sql === undefined) throw new Error("no connection");
    const sessions = others.map((connection): Session => ({ sql: connection, open: false }));
    const [refreshers, writers] = [sessions.slice(0, 3), sessions.slice(3)];
    const history = new BucketHistory();
    await createIncrementalViews(sql);
    await history.divide(sql);
    try {
      await fc.assert(
        fc.asyncProperty(steps, fc.constantFrom(...viewNames), async (plan, slow) => {
          for (const { kind, who, n } of plan) {
            const [writer, refresher, view] = [writers[who], refreshers[who], viewNames[who]];
            if (writer === undefined || refresher === undefined || view === undefined) {
              throw new Error(`no session ${who}`);
            }
            // Folds put its keys aside while the others go on.
            if (view === slow && n % 5 !== 0 && (kind === "refresh" || kind === "begin refresh")) continue;
            if (kind in writes) {
              if (!writer.open) await writer.sql`begin`;
              writer.open = true;
              await writer.sql.unsafe(writes[kind as Write](n)).simple();
            } else if (kind === "commit" || kind === "rollback") await end(writer, kind);
            else if (kind === "fold") await sql`select analytics.trim_source_changes()`;
            else if (kind === "truncate") {
              // It waits for every reader and writer of the table.
              if (sessions.every(({ open }) => !open)) await sql`truncate public.inc_lines`;
            } else if (kind === "rebuild") {
              if (!refresher.open) {
                await sql`update analytics.incremental_views set rebuilt_at = '2000-01-01' where view_name = ${view}`;
                await refresh(sql, view);
              }
            } else if (kind === "end refresh") await end(refresher, "commit");
            else if (kind === "undo refresh") await end(refresher, "rollback");
            else if (kind === "write after refresh") {
              if (refresher.open) await refresher.sql.unsafe(writes.insert(n));
            } else {
              if (kind === "begin refresh" && !refresher.open) await refresher.sql`begin`;
              refresher.open ||= kind === "begin refresh";
              await refresh(refresher.sql, view);
              if (sessions.every(({ open }) => !open)) {
                equal(await countDifferences(sql, view), 0, `${view} after ${kind}`);
              }
            }
            if (/refresh|rebuild/.test(kind)) await history.check(sql);
            equal(await unexplained(sql), 0, `after ${kind}`);
          }
          for (const session of sessions) await end(session, "commit");
          for (const view of viewNames) {
            await refresh(sql, view);
            equal(await countDifferences(sql, view), 0, view);
          }
          equal(await countedWrong(sql), 0, "counts of rows and rejects");
          await sql`update analytics.incremental_views set rebuilt_at = '2000-01-01'`;
          for (const view of viewNames) await refresh(sql, view);
          equal(await unexplained(sql), 0, "after a rebuild of all");
          await history.check(sql);
          equal(await countedWrong(sql), 0, "counts of rows and rejects after a rebuild");
        }),
        { numRuns: proofs(40, 1_000) },
      );
    } finally {
      for (const session of sessions) await end(session, "rollback");
      await dropIncrementalViews(sql);
    }
  }));
