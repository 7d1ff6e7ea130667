// Bursts of scores, through the listener and through the jobs of the queue, as the API shows them.
import { equal, ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { challenge, memberAgent, plantArena, refreshAll } from "../../../../tests/support/fixtures/arena.ts";
import { e2e } from "../../../../tests/support/rigs/e2e.ts";
import { type Product, startProduct } from "../../../../tests/support/rigs/product.ts";
import { pause } from "../../../../stack/pause.ts";

const BURST = 1_000;
const VIEW = "mv_lane_score_distribution";

let product: Product;

Deno.test.beforeAll(async () => {
  product = await startProduct();
  await plantArena(product.sql);
});
Deno.test.afterAll(() => product.stop());

async function sampleCount(): Promise<number> {
  const response = await product.get(`/arena/lane-distributions?challenge_id=${challenge}`, {
    apikey: product.stack.keys.secretKey,
  });
  equal(response.status, 200);
  const { data } = await response.json();
  return Number(data[0].sample_count);
}

async function refreshCount(): Promise<number> {
  const [row] = await product.sql`
    select count(*)::integer as refreshes from analytics.refresh_log where view_name = ${VIEW} and outcome = 'refreshed'`;
  return Number(row?.["refreshes"]);
}

/** Scores so many submissions, each in a transaction of its own. @returns seconds until the API shows all, and refreshes */
async function burst(patience_seconds: number): Promise<{ seconds: number; refreshes: number; most: number }> {
  await product.sql`
    insert into public.submissions (agent_id, challenge_id, status, final_lane_scores, composite_score)
    select ${memberAgent}, ${challenge}, 'judging', '{"TMA": 50}', 50 from generate_series(1, ${BURST})`;
  await refreshAll(product.sql);
  const ids = await product.sql`select id from public.submissions where status = 'judging'`;
  const before = { samples: await sampleCount(), refreshes: await refreshCount() };
  const began_at = Date.now();
  for (const { id } of ids) await product.sql`update public.submissions set status = 'scored' where id = ${id}`;
  const ended_at = Date.now();
  // A burst that does not end is refreshed every ten seconds: a slow machine takes longer for a thousand transactions.
  const most = 2 + Math.floor((ended_at - began_at) / 10_000);
  for (;;) {
    const samples = await sampleCount();
    const seconds = (Date.now() - ended_at) / 1_000;
    if (samples === before.samples + BURST) {
      return { seconds, refreshes: await refreshCount() - before.refreshes, most };
    }
    if (seconds > patience_seconds) {
      throw new Error(`After ${seconds} s the API shows ${samples - before.samples} of ${BURST}`);
    }
    await pause(250);
  }
}

e2e(
  "a burst of a thousand scores is at most two refreshes by the listener, and then the API shows all of them",
  async () => {
    const listener = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "tools/listen.ts"],
      cwd: fileURLToPath(new URL("../../../../", import.meta.url)),
      env: { FRESHET_DATABASE_URL: product.stack.databaseUrl },
      stdout: "null",
      stderr: "inherit",
    }).spawn();
    try {
      const patience = Date.now() + 30_000;
      while ((await product.sql`select from analytics.listeners`).length === 0 && Date.now() < patience) {
        await pause(
          100,
        );
      }
      const { seconds, refreshes, most } = await burst(60);
      console.log(`by the listener: ${seconds} s after the last score, ${refreshes} refreshes`);
      ok(refreshes <= most, `${refreshes} refreshes, ${most} at most`);
    } finally {
      listener.kill("SIGTERM");
      equal((await listener.status).code, 0);
    }
  },
);

e2e("without a listener the jobs of the queue do the same", async () => {
  const { seconds, refreshes, most } = await burst(150);
  console.log(`by the jobs: ${seconds} s after the last score, ${refreshes} refreshes`);
  ok(refreshes <= most, `${refreshes} refreshes, ${most} at most`);
});
