// What the suites rely on that start from a copy of the sample instead of importing it.
import { deepEqual, equal, rejects } from "node:assert/strict";
import postgres from "postgres";
import { attemptId } from "../../samples/oulad/import/ids.ts";
import { withCopyOf } from "../support/rigs/sample_copy.ts";
import { startPostgres } from "../../stack/postgres/mod.ts";
import { copyCluster } from "../../tools/test/cluster_copy.ts";

async function first(databaseUrl: string, query: string): Promise<Record<string, unknown>> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  try {
    const [row] = await sql.unsafe(query);
    return { ...row };
  } finally {
    await sql.end({ timeout: 5 });
  }
}

const ROWS = "select count(*)::integer as attempts from public.scenario_attempts";

Deno.test("what a test does to its copy of the sample is not in the next copy, nor in one that runs beside it", () =>
  withCopyOf("sample", async (changed) => {
    await first(changed, `delete from public.scenario_attempts where id = '${attemptId("1752", "11391")}'`);
    await withCopyOf("sample", async (other) => {
      deepEqual(await first(other, ROWS), { attempts: 173_912 });
      deepEqual(await first(changed, ROWS), { attempts: 173_911 });
    });
  }));

for (const [which, attempts] of [["empty", 0], ["sample", 173_912]] as const) {
  Deno.test(`a copy of "${which}" has its jobs at rest, ${attempts} attempts and no run from before it started`, () =>
    withCopyOf(which, async (databaseUrl) => {
      deepEqual(await first(databaseUrl, ROWS), { attempts });
      deepEqual(
        await first(
          databaseUrl,
          `select (select count(*) > 20 and not bool_or(active) from cron.job) as has_resting_jobs, (
              select count(*)::integer from cron.job_run_details as r where r.start_time < pg_postmaster_start_time()
          ) as earlier_runs`,
        ),
        { has_resting_jobs: true, earlier_runs: 0 },
      );
    }));
}

Deno.test("copyCluster() refuses a server that runs, and a folder without data", async () => {
  const [running, target] = [await makeFolder(), await makeFolder()];
  const server = await startPostgres({ workFolder: running, flavour: "installed", durable: false });
  try {
    await rejects(copyCluster(running, target), /is in use: stop its server first$/);
  } finally {
    await server.stop();
  }
  await rejects(copyCluster(target, running), /holds no data of a cluster to copy/);
  equal(await copyCluster(running, target), undefined);
  for (const folder of [running, target]) await Deno.remove(folder, { recursive: true });
});

async function makeFolder(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "freshet-copy-" });
  await Deno.chmod(folder, 0o755);
  return folder;
}
