// One row, planted as an application would write it, and a view that passes on what no answer can say: through the origin.
import { deepEqual, equal, ok } from "node:assert/strict";
import { pause } from "../../../../stack/pause.ts";
import { challenge, plantArena, refreshAll } from "../../../../tests/support/fixtures/arena.ts";
import { e2e } from "../../../../tests/support/rigs/e2e.ts";
import { type Product, startProduct } from "../../../../tests/support/rigs/product.ts";

const LANES = `/arena/lane-distributions?challenge_id=${challenge}`;
const WINS = "/arena/time-to-first-win";

let product: Product;
let service: Record<string, string>;

Deno.test.beforeAll(async () => {
  product = await startProduct();
  service = { apikey: product.stack.keys.secretKey };
  // Else a slot of the audit's own job would now and then tell first.
  await product.sql`select cron.alter_job(jobid, active => false) from cron.job`;
  await product.sql`update analytics.scheduled_jobs set paused_until = now() + interval '1 day'`;
  await plantArena(product.sql);
});
Deno.test.afterAll(() => product.stop());

/** Creates the view again, as a migration would. */
async function replaceWins(days: string): Promise<void> {
  const { sql } = product;
  await sql.unsafe(`
    drop materialized view analytics.mv_time_to_first_win;
    create materialized view analytics.mv_time_to_first_win as
    select c.id as challenge_id, c.title as challenge_title, 7::bigint as agents_with_win, ${days}::numeric as avg_days_to_first_win
    from public.challenges as c with no data;
    create unique index mv_time_to_first_win_key on analytics.mv_time_to_first_win (challenge_id);
    select analytics.register_view('mv_time_to_first_win', 'arena', '0 */4 * * *', '9 hours');
  `).simple();
  await sql`select analytics.refresh_view('mv_time_to_first_win')`;
  // Until every isolate knows the new version.
  await pause(3_100);
}

/** What the database knows of the resource's failures, once it knows of one, or of an answer after it. */
async function reported(is_answered: boolean): Promise<Record<string, unknown>> {
  for (let patience = 0; patience < 100; patience += 1) {
    const [row] = await product.sql`
      select request_id, defect from analytics.failed_answers
      where resource = 'arena/time-to-first-win' and (last_answered_at > last_failed_at) is not distinct from ${
      is_answered || null
    }`;
    if (row !== undefined) return row;
    await pause(100);
  }
  throw new Error("the database heard of nothing within ten seconds");
}

async function auditFinds(): Promise<string | null> {
  await product.sql`select analytics.audit_pass()`;
  const [incident] = await product.sql`
    select evidence ->> 'request_id' as request_id from analytics.incidents
    where kind = 'answer_failed' and subject = 'arena/time-to-first-win' and closed_at is null`;
  return incident === undefined ? null : String(incident["request_id"]);
}

e2e(
  "a submission without an end, or with scores that nobody can compute with, takes no answer from anybody",
  async () => {
    const before = await (await product.get(LANES, service)).json();
    ok(before.data.length > 0);
    const health = (await product.get("/health")).status;
    await product.sql`
    insert into public.submissions (agent_id, challenge_id, status, final_lane_scores, composite_score, created_at)
    select a.id, ${challenge}, 'scored', s.scores::jsonb, s.composite, s.moment
    from (select id from public.agents limit 1) as a
    cross join (values
      ('{"TMA": 5}', 5::numeric, 'infinity'::timestamptz), ('{"TMA": 5}', 5, '10000-01-01'), ('{"TMA": 5}', 5, '0044-03-15 BC'),
      ('{"TMA": "\\u20037"}', 'NaN', now()), ('{"TMA": 1e-400}', 'Infinity', now()), (null, 1e400, now())
    ) as s (scores, composite, moment)`;
    await refreshAll(product.sql);
    await pause(3_100);
    const after = await product.get(LANES, service);
    equal(after.status, 200);
    deepEqual((await after.json()).data, before.data);
    equal((await product.get("/health")).status, health);
    const left_out = await product.sql`
    select view_name, rejected_count::integer from analytics.views where rejected_count > 0 order by view_name`;
    deepEqual(left_out.map(({ view_name, rejected_count }) => [view_name, rejected_count]), [
      ["mv_agent_progress", 6],
      ["mv_challenges", 5],
      ["mv_lane_score_distribution", 5],
      ["mv_time_to_first_win", 3],
      ["mv_weakness_patterns", 5],
    ]);
  },
);

e2e(
  "an answer that fails is reported behind it, told by the audit, and over once it was answered again for a while",
  async () => {
    await replaceWins("'NaN'");
    const failed = await product.get(WINS, service);
    equal(failed.status, 500);
    const { request_id } = await failed.json();
    const { request_id: known, defect } = await reported(false);
    equal(known, request_id);
    equal(
      defect,
      "rows of mv_time_to_first_win do not fit arena/time-to-first-win: 0.avg_days_to_first_win: Invalid input: expected number, received string; 1.avg_days_to_first_win: Invalid input: expected number, received string",
    );
    equal(await auditFinds(), request_id);
    equal((await product.get(LANES, service)).status, 200);

    await replaceWins("2.5");
    equal((await product.get(WINS, service)).status, 200);
    await reported(true);
    equal(await auditFinds(), request_id, "one answer proves little");
    await product.sql`update analytics.failed_answers set last_failed_at = now() - interval '16 minutes'`;
    equal(await auditFinds(), null);
  },
);
