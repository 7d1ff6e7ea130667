// Whatever comes together, in whatever order: nothing is silent because something else is wrong.
import assert from "node:assert/strict";
import { onAuditStage } from "../support/rigs/audit_stage.ts";
import { proofs } from "../support/random/proofs.ts";

const TOGETHER = 10;

Deno.test("Each incident that is open for two passes is told, or is named in the alert of a cause that was open with it", () =>
  onAuditStage(async ({ sql }) => {
    await sql.unsafe(await Deno.readTextFile(new URL("../support/random/random_incidents.sql", import.meta.url)))
      .simple();
    for (let nth = 1; nth <= 8; nth += 1) {
      const period = ["5 minutes", "1 hour", "7 days"][nth % 3] ?? "";
      for (const job of [`probe-${nth}`, `refresh-probe-${nth}`]) {
        await sql`select freshet.declare_job(${job}, '0 0 1 1 *', 'select 1', '5 minutes', '10 minutes', period => ${period}::interval)`;
      }
    }
    const seeds = proofs(60, 10_000);
    try {
      for (let first = 0; first < seeds; first += TOGETHER) {
        const rows = await sql`
          select seed, pg_temp.play(seed) as silent from generate_series(${first}::integer, ${
          first + TOGETHER - 1
        }::integer) as seed`;
        // What was rolled back lies in the tables until then.
        await sql`vacuum analytics.incidents, analytics.findings, analytics.outbox`;
        assert.deepEqual(rows.filter(({ silent }) => silent.length > 0).map((row) => ({ ...row })), []);
      }
    } finally {
      await sql`delete from analytics.scheduled_jobs where job_name ~ 'probe-'`;
    }
  }));
