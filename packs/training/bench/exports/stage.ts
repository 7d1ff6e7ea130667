import { join } from "node:path";
import postgres from "postgres";
import { functionEnvironment } from "../../../../stack/function_environment.ts";
import { switchJobsOff } from "../../../../stack/jobs_off.ts";
import { type Stack, startStack } from "../../../../stack/stack.ts";
import { copyProject } from "../../../../tests/support/rigs/project_copy.ts";
import { insertAttempts, plantPeople } from "../planted_attempts.ts";
import { type MeteredFunction, startMeteredFunction } from "./metered_function.ts";
import type { Options } from "./options.ts";

/** The whole product with a year of one organisation's attempts, whose function `export` is metered. */
export interface Stage {
  /** Attempts that were planted. */
  readonly rows: number;
  readonly stack: Stack;
  readonly sql: postgres.Sql;
  readonly metered: MeteredFunction;
  /** Makes names and titles long: each of some 2 KB, in more than one script, and hardly compressible. */
  widen(): Promise<void>;
  stop(): Promise<void>;
}

export async function makeStage({ rows }: Options): Promise<Stage> {
  const folder = await Deno.makeTempDir({ prefix: "freshet-bench-exports-" });
  await Deno.chmod(folder, 0o755);
  const projectFolder = join(folder, "project");
  await copyProject(projectFolder);
  await allowLargeFiles(join(projectFolder, "supabase", "config.toml"));
  const workFolder = join(folder, "work");
  const variables = { FRESHET_RATE_LIMITS: "none" };
  const stack = await startStack({
    projectFolder,
    workFolder,
    port: 0,
    flavour: "installed",
    durable: false,
    redis: false,
    variables,
  });
  const sql = postgres(stack.databaseUrl, { max: 1, onnotice: () => {} });
  const superuser = postgres(stack.superuserUrl, { max: 1, onnotice: () => {} });
  // The function asks for its own next step. A job could refresh in the middle, and call for a second step at once.
  await switchJobsOff(superuser);
  await sql`set statement_timeout = 0`;
  console.log(`inserting ${rows.toLocaleString("en")} attempts`);
  await plantPeople(sql, 1);
  await insertAttempts(sql, { rows, orgs: 1 });
  await superuser`vacuum analyze public.scenario_attempts, analytics.fact_scenario_attempts`;
  const { origin, keys } = stack;
  const environment = { ...functionEnvironment({ origin, keys, redis: null, sentryDsn: null }), ...variables };
  const metered = await startMeteredFunction({ sql, environment });
  stack.functionUrls["export"]?.splice(0, Infinity, metered.url);
  return {
    rows,
    stack,
    sql,
    metered,
    async widen() {
      await sql`
        update public.users as u set name = w.text from (
          select n.id, string_agg(md5(n.id || i), '; ' order by i) || ' – “слово” 🙂' as text
          from public.users as n cross join generate_series(1, 60) as i group by n.id
        ) as w where w.id = u.id`;
      await sql`
        update public.scenarios as s set title = w.text from (
          select n.id, string_agg(md5(n.title || i), ', ' order by i) || ' 🙂' as text
          from public.scenarios as n cross join generate_series(1, 60) as i group by n.id
        ) as w where w.id = s.id`;
    },
    async stop() {
      await metered.stop();
      await Promise.all([sql.end({ timeout: 5 }), superuser.end({ timeout: 5 })]);
      await stack.stop();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** As on a paid plan: a plain file of a million rows is larger than what the free plan takes. */
async function allowLargeFiles(config: string): Promise<void> {
  const text = await Deno.readTextFile(config);
  const changed = text.replace(/^file_size_limit = .*$/m, 'file_size_limit = "5GiB"');
  if (changed === text) throw new Error(`${config} has no file_size_limit to change`);
  await Deno.writeTextFile(config, changed);
}
