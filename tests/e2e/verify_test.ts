// The verification script as people run it: a process of its own, against the whole product through its origin.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { descendantsOf } from "../../stack/descendants.ts";
import { pause } from "../../stack/pause.ts";
import { isProcessAlive } from "../../stack/process_table.ts";
import { proofs } from "../support/random/proofs.ts";
import { e2e } from "../support/rigs/e2e.ts";
import { type Product, startProduct } from "../support/rigs/product.ts";

let product: Product;

Deno.test.beforeAll(async () => {
  product = await startProduct({ redis: false });
  // Real rows: they must be the same afterwards, and so must what the views say of them.
  await product.sql`
    insert into public.questions (id, lesion, topic) values ('00000000-0000-4000-8000-000000000001', 'VSD', 'Shunts')`;
  await product.sql`
    insert into public.responses (question_id, is_correct, duration_ms, answered_at)
    select '00000000-0000-4000-8000-000000000001', n % 2 = 0, n * 100, '2026-03-02 00:00+00'::timestamptz + n * interval '1 day'
    from generate_series(1, 20) as n`;
  await product
    .sql`select analytics.refresh_view('analytics_heatmap_agg'), analytics.refresh_view('mv_lesion_topic_weeks')`;
});
Deno.test.afterAll(() => product.stop());

const script = fileURLToPath(new URL("../../tools/verify.ts", import.meta.url));
const root = fileURLToPath(new URL("../../", import.meta.url));

function environment(over: Record<string, string> = {}): Record<string, string> {
  const { origin, keys } = product.stack;
  return {
    SUPABASE_URL: origin,
    SUPABASE_SECRET_KEY: keys.secretKey,
    SUPABASE_PUBLISHABLE_KEY: keys.publishableKey,
    ...over,
  };
}

interface Ran {
  readonly code: number;
  readonly text: string;
  readonly stdout: string;
}

function begin(args: readonly string[], env: Record<string, string> = environment()): Deno.ChildProcess {
  const command = ["run", "-A", script, ...args];
  return new Deno.Command(Deno.execPath(), { args: command, env, stdin: "null", stdout: "piped", stderr: "piped" })
    .spawn();
}

async function ended(child: Deno.ChildProcess): Promise<Ran> {
  const { code, stdout, stderr } = await child.output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, stdout: out ?? "", text: `${out}${err}` };
}

function run(args: readonly string[], env?: Record<string, string>): Promise<Ran> {
  return ended(begin(args, env));
}

/** Everything that a run could leave behind: all rows of the pack's tables and views. */
async function rows(): Promise<unknown> {
  const [found] = await product.sql`
    select
        (select jsonb_agg(q order by q.id) from public.questions as q) as questions,
        (select jsonb_agg(r order by r.id) from public.responses as r) as responses,
        (select jsonb_agg(h order by h.question_id, h.week_start) from analytics.analytics_heatmap_agg as h) as heatmap,
        (select jsonb_agg(c order by c.lesion, c.topic, c.week_start) from analytics.mv_lesion_topic_weeks as c) as cells`;
  return found;
}

async function synthetic(): Promise<number> {
  const [found] = await product
    .sql`select count(*)::integer as n from public.responses where id::text like 'f4e54e77-%'`;
  return Number(found?.["n"]);
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt++) {
    if (await holds()) return;
    await pause(25);
  }
  throw new Error("It did not come to pass within ten seconds");
}

e2e("a dry run says what it checked and writes nothing at all", async () => {
  const before = await rows();
  const [log] = await product.sql`select count(*) as n from analytics.refresh_log where requested_by <> 'schedule'`;
  const { code, text } = await run(["analytics_heatmap_agg", "--dry-run"]);
  equal(code, 0, text);
  match(text, /ready to write synthetic data/);
  match(text, /Dry run: nothing was written/);
  deepEqual(await rows(), before);
  const [after] = await product.sql`select count(*) as n from analytics.refresh_log where requested_by <> 'schedule'`;
  deepEqual(after, log);
});

const timings = z.object({ count: z.int().positive(), p50_ms: z.number(), p95_ms: z.number(), max_ms: z.number() });
const measured = z.object({
  view: z.string(),
  first_refresh_ms: z.number().positive(),
  refreshes: timings,
  idle_reads: timings,
  reads_during_refresh: timings,
});

e2e("a full run measures refreshes and reads, and leaves everything as it was", async () => {
  const before = await rows();
  const { code, text, stdout } = await run(["analytics_heatmap_agg", "--rows", "5000", "--json"]);
  equal(code, 0, text);
  match(text, /the view counts all 5,250 that were written/);
  const { refreshes, reads_during_refresh } = measured.parse(JSON.parse(stdout));
  equal(refreshes.count, 5);
  ok(reads_during_refresh.p50_ms <= reads_during_refresh.p95_ms);
  deepEqual(await rows(), before);
});

for (
  const view of [
    "mv_lesion_topic_weeks",
    "mv_weakness_patterns",
    "mv_agent_progress",
    "summary_stats",
    "mv_user_activity_day",
  ]
) {
  e2e(`the same mechanism verifies ${view}`, async () => {
    const { code, text } = await run([view, "--rows", "500"]);
    equal(code, 0, text);
    match(text, /removed: no synthetic row is left/);
    const [left] = await product.sql`
      select (select count(*) from public.submissions) + (select count(*) from public.quiz_attempts)
           + (select count(*) from public.scenario_attempts) + (select count(*) from public.orgs)
           + (select count(*) from analytics.mv_user_activity_day) + (select count(*) from analytics.mv_agent_progress) + (select count(*) from analytics.active_learning_days) as n`;
    equal(Number(left?.["n"]), 0);
  });
}

e2e("Ctrl-C at any moment leaves nothing behind", async () => {
  const before = await rows();
  let interrupted = 0;
  // As a terminal does it: the signal reaches the task and the script below it at once.
  for (const moment of [0.3, 1, 2.4, 0.5, 1.6].slice(0, proofs(3, 5))) {
    const child = new Deno.Command("setsid", {
      args: [Deno.execPath(), "task", "--quiet", "verify:analytics:heatmap", "--", "--rows", "20000"],
      cwd: root,
      env: environment(),
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    await until(async () => moment < 0.5 || await synthetic() > 0);
    await pause(moment * 1_000);
    const family = await descendantsOf(child.pid);
    for (let time = 0; time < 2; time++) {
      // setsid becomes what it starts, and leads the group. The second one may come when all is over.
      try {
        Deno.kill(-child.pid, "SIGINT");
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
      await pause(50);
    }
    const { text } = await ended(child);
    for (const { pid } of family) await until(async () => !await isProcessAlive(pid));
    deepEqual(await rows(), before, `${moment} s: ${text}`);
    if (/Interrupted: what was written is removed first[\s\S]*✗ Interrupted/.test(text)) interrupted++;
    // On a fast machine a run may have come to its end by itself.
    else if (moment >= 0.5) match(text, /removed: no synthetic row is left/);
  }
  ok(interrupted > 0, "every run was over before it was interrupted");
});

e2e("a terminated run says that it was interrupted, by its exit code too", async () => {
  const before = await rows();
  const child = begin(["analytics_heatmap_agg"]);
  await until(async () => await synthetic() > 0);
  child.kill("SIGTERM");
  const { code, text } = await ended(child);
  equal(code, 130, text);
  match(text, /Interrupted: what was written is removed first/);
  deepEqual(await rows(), before);
});

e2e("what a killed run left is named, refused to be built on, and removed on demand", async () => {
  const before = await rows();
  const child = begin(["analytics_heatmap_agg"]);
  await until(async () => await synthetic() > 0);
  child.kill("SIGKILL");
  await ended(child);
  ok(await synthetic() > 0);
  const next = await run(["analytics_heatmap_agg", "--dry-run"]);
  equal(next.code, 1);
  match(next.text, /synthetic rows of another run are in questions[\s\S]*--clean-up/);
  const cleaned = await run(["analytics_heatmap_agg", "--clean-up"]);
  equal(cleaned.code, 0, cleaned.text);
  deepEqual(await rows(), before);
});

e2e("a run that fails in the middle removes what it wrote", async () => {
  const before = await rows();
  await product
    .sql`alter table public.responses add constraint planted check (duration_ms is distinct from 1000 + (7919 * 4001) % 60000)`;
  try {
    const { code, text } = await run(["analytics_heatmap_agg", "--rows", "5000"]);
    equal(code, 1);
    match(text, /✓ removed[\s\S]*✗ Writing responses \[23514\]/);
    deepEqual(await rows(), before);
  } finally {
    await product.sql`alter table public.responses drop constraint planted`;
  }
});

e2e("whatever is not this machine and not named as staging is production", async () => {
  const origin = product.stack.origin.replace("127.0.0.1", "0.0.0.0"); // reaches this machine, and is not called so
  const env = environment({ SUPABASE_URL: origin });
  for (const mode of ["--dry-run", "--rows=500", "--clean-up"]) {
    const { code, text } = await run(["analytics_heatmap_agg", ...mode.split("=")], env);
    equal(code, 1);
    match(text, /"0\.0\.0\.0" counts as production/);
  }
  const unattended = await run(["analytics_heatmap_agg", "--dry-run", "--allow-prod"], env);
  equal(unattended.code, 1);
  match(unattended.text, /confirmed at a terminal, and there is none/);
  const staging = await run(["analytics_heatmap_agg", "--dry-run"], {
    ...env,
    FRESHET_VERIFY_STAGING_HOSTS: "x.example, 0.0.0.0",
  });
  equal(staging.code, 0, staging.text);
});

e2e("production takes the host's name, typed at a terminal", async () => {
  const env = environment({ SUPABASE_URL: product.stack.origin.replace("127.0.0.1", "0.0.0.0") });
  for (
    const [typed, expected] of [["yes", /was not typed, so nothing was done/], [
      "0.0.0.0",
      /Dry run: nothing was written/,
    ]] as const
  ) {
    const command = `${Deno.execPath()} run -A ${script} analytics_heatmap_agg --dry-run --allow-prod`;
    const child = new Deno.Command("script", {
      args: ["-qec", command, "/dev/null"],
      env,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    await pause(1_500);
    await writer.write(new TextEncoder().encode(`${typed}\n`));
    await pause(500);
    await writer.close().catch(() => {});
    match((await ended(child)).text, expected);
  }
});

e2e("keys that do not hold are named, never shown", async () => {
  const { publishableKey } = product.stack.keys;
  const cases: [Record<string, string>, RegExp][] = [
    [{ SUPABASE_SECRET_KEY: "sb_secret_wrong_0123456789abcdef" }, /check SUPABASE_SECRET_KEY/],
    [{ SUPABASE_SECRET_KEY: publishableKey }, /check SUPABASE_SECRET_KEY/],
    [{ SUPABASE_PUBLISHABLE_KEY: product.stack.keys.secretKey }, /publishable key/],
    [{ SUPABASE_PUBLISHABLE_KEY: "" }, /SUPABASE_PUBLISHABLE_KEY not set/],
    [{ SUPABASE_URL: "http://127.0.0.1:9" }, /check SUPABASE_URL/],
  ];
  for (const [over, expected] of cases) {
    const { code, text } = await run(["analytics_heatmap_agg", "--dry-run"], environment(over));
    equal(code, 1, text);
    match(text, expected);
    ok(!/sb_(secret|publishable)_/.test(text), text);
  }
});

e2e("a hole in the permissions, a switched-off job and a lost view are found before anything is written", async () => {
  const { sql } = product;
  const faults: [string, string, RegExp][] = [
    [
      "grant insert on public.questions to anon; create policy planted on public.questions for insert to anon with check (true)",
      "revoke insert on public.questions from anon; drop policy planted on public.questions",
      /writing questions with the publishable key failed, but not because it is denied/,
    ],
    [
      "revoke insert on public.responses from service_role",
      "grant insert on public.responses to service_role",
      /The secret key may not write responses/,
    ],
    [
      "select cron.alter_job(jobid, active => false) from cron.job where jobname = 'refresh-analytics_heatmap_agg'",
      "select cron.alter_job(jobid, active => true) from cron.job where jobname = 'refresh-analytics_heatmap_agg'",
      /The job refresh-analytics_heatmap_agg is switched off/,
    ],
  ];
  for (const [plant, remove, expected] of faults) {
    await sql.unsafe(plant).simple();
    try {
      const { code, text } = await run(["analytics_heatmap_agg"]);
      equal(code, 1, text);
      match(text, expected);
      equal(await synthetic(), 0);
    } finally {
      await sql.unsafe(remove).simple();
    }
  }
  const unknown = await run(["mv_nowhere", "--dry-run"]);
  equal(unknown.code, 1);
  match(unknown.text, /no synthetic rows for the view "mv_nowhere"[\s\S]*choose from [\s\S]*\banalytics_heatmap_agg\b/);
});
