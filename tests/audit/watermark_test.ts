// Whatever the order in which runs begin and end, each is taken exactly once, when it has ended; and that costs the same
// however long the history is.
import assert from "node:assert/strict";
import fc from "fast-check";
import type postgres from "postgres";
import { onAuditStage } from "../support/rigs/audit_stage.ts";
import { proofs } from "../support/random/proofs.ts";

type Step =
  | { readonly kind: "begin"; readonly status: string; readonly gap: number }
  | { readonly kind: "move"; readonly nth: number; readonly status: string }
  | { readonly kind: "purge" }
  | { readonly kind: "take"; readonly batch: number };

const open = ["starting", "connecting", "sending", "running"];
const ended = ["succeeded", "failed"];
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("begin" as const),
      status: fc.constantFrom(...open, ...ended),
      gap: fc.nat(3),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("move" as const),
      nth: fc.nat(9),
      status: fc.constantFrom(...open, ...ended),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "purge" as const }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("take" as const), batch: fc.constantFrom(1, 2, 10_000) }) },
);

Deno.test("take_runs() takes each run exactly once, in whatever order runs begin, end and are purged", () =>
  onAuditStage(async ({ sql }) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { taken, ended } = await sql.begin(async (transaction) => {
          const result = await play(transaction, steps);
          throw new RolledBack(result);
        }).catch((error: unknown) => {
          if (error instanceof RolledBack) return error.result;
          throw error;
        });
        assert.deepEqual([...taken].sort(), [...ended].sort());
      }),
      { numRuns: proofs(60, 1_000) },
    );
  }));

interface Result {
  readonly taken: readonly number[];
  readonly ended: readonly number[];
}

class RolledBack extends Error {
  readonly result: Result;
  constructor(result: Result) {
    super("rolled back on purpose");
    this.result = result;
  }
}

async function play(sql: postgres.TransactionSql, steps: readonly Step[]): Promise<Result> {
  const [start] = await sql`select low_runid::integer as runid from analytics.audit_state`;
  let next = Number(start?.["runid"]) + 1;
  const statuses = new Map<number, string>();
  const purged = new Set<number>();
  const taken: number[] = [];

  async function take(batch: number): Promise<void> {
    const rows = await sql`select runid::integer from freshet.take_runs(${batch}) where job_name = 'jobid:0'`;
    taken.push(...rows.map((row) => Number(row["runid"])));
  }

  for (const one of steps) {
    if (one.kind === "begin") {
      next += one.gap;
      await sql`insert into cron.job_run_details (jobid, runid, status) values (0, ${next}, ${one.status})`;
      statuses.set(next, one.status);
      next += 1;
    } else if (one.kind === "move") {
      const moving = [...statuses].filter(([runid, status]) => open.includes(status) && !purged.has(runid));
      const runid = moving[one.nth % Math.max(moving.length, 1)]?.[0];
      if (runid === undefined) continue;
      await sql`update cron.job_run_details set status = ${one.status} where runid = ${runid}`;
      statuses.set(runid, one.status);
    } else if (one.kind === "purge") {
      for (const runid of taken) purged.add(runid);
      await sql`delete from cron.job_run_details where runid = any (${taken})`;
    } else {
      await take(one.batch);
    }
  }
  for (let pass = 0; pass <= steps.length; pass += 1) await take(10_000);
  return { taken, ended: [...statuses].filter(([, status]) => ended.includes(status)).map(([runid]) => runid) };
}

Deno.test("take_runs() reads the history by its index, never as a whole", () =>
  onAuditStage(async ({ sql }) => {
    const plan = await sql.begin(async (transaction) => {
      await transaction`
        insert into cron.job_run_details (jobid, runid, status)
        select 0, (select coalesce(max(runid), 0) from cron.job_run_details) + n, 'succeeded'
        from generate_series(1, 100000) as n`;
      await transaction`analyze cron.job_run_details`;
      const rows = await transaction`
        explain (format text) select d.* from cron.job_run_details as d
        where d.runid > (select max(runid) - 50 from cron.job_run_details) order by d.runid limit 10000`;
      const scanned = await scansDuringAPass(transaction);
      throw new Planned(rows.map((row) => String(row["QUERY PLAN"])).join("\n"), scanned);
    }).catch((error: unknown) => {
      if (error instanceof Planned) return error;
      throw error;
    });
    assert.match(plan.text, /Index Scan using job_run_details_pkey/);
    assert.doesNotMatch(plan.text, /Seq Scan/);
    assert.deepEqual(plan.scans, { sequential: 0, read: true });
  }));

class Planned extends Error {
  constructor(readonly text: string, readonly scans: { readonly sequential: number; readonly read: boolean }) {
    super("rolled back on purpose");
  }
}

/** Counts what one whole pass does to the history, from the transaction's own statistics. */
async function scansDuringAPass(sql: postgres.TransactionSql): Promise<{ sequential: number; read: boolean }> {
  await sql`update analytics.audit_state set low_runid = (select max(runid) - 50 from cron.job_run_details)`;
  const [before] =
    await sql`select seq_scan::integer, idx_scan::integer from pg_stat_xact_all_tables where relid = 'cron.job_run_details'::regclass`;
  // With a calendar: what is said of slots reads the history too.
  const slots = sql`
    select jsonb_build_object('jobs', jsonb_agg(jsonb_build_object(
      'job_name', jobname, 'schedule', schedule, 'due_slot_at', now() - interval '1 hour', 'period_seconds', 3600, 'never_fires', false
    ))) from cron.job`;
  await sql`select analytics.audit_pass(calendar => (${slots}))`;
  const [after] =
    await sql`select seq_scan::integer, idx_scan::integer from pg_stat_xact_all_tables where relid = 'cron.job_run_details'::regclass`;
  return {
    sequential: Number(after?.["seq_scan"]) - Number(before?.["seq_scan"]),
    read: Number(after?.["idx_scan"]) > Number(before?.["idx_scan"]),
  };
}
