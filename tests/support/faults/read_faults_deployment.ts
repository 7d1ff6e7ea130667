import { pushMigrations } from "../../../stack/supabase_cli.ts";
import { copyFolder } from "../rigs/project_copy.ts";
import type { ReadFault } from "./read_fault.ts";
import type { ReadScene } from "./read_scene.ts";

/** F40: a deployment runs twice, or only in part. */
export const deploymentFaults: readonly ReadFault[] = [
  {
    id: "F40",
    what: "a migration fails half way on a database with rows, is mended, and comes again",
    is_rare: true,
    async run({ scene, count, check, note }) {
      const { sql, stack } = scene.product;
      const folder = await Deno.makeTempDir({ prefix: "freshet-deployment-" });
      const target = { projectFolder: folder, databaseUrl: stack.databaseUrl };
      const before = await jobsOf(scene);
      try {
        await copyFolder("supabase", folder);
        for (let round = 0; 10 * round < count; round += 1) {
          const name = `20991231${String(round).padStart(6, "0")}_proof__${round}.sql`;
          const file = `${folder}/supabase/migrations/${name}`;
          const half = `
            create table public.proof_${round} (id integer primary key);
            alter table public.proof_${round} enable row level security;
            select cron.schedule('proof-${round}', '0 0 1 1 *', 'select 1');`;
          await Deno.writeTextFile(file, `${half}\nselect 1 / 0;\n`);
          const is_refused = await pushMigrations(target).then(() => false, () => true);
          const [left] = await sql`
            select to_regclass(${`public.proof_${round}`}) is not null
              or exists (select from cron.job where jobname = ${`proof-${round}`})
              or exists (select from supabase_migrations.schema_migrations where version = ${
            name.slice(0, 14)
          }) as is_there`;
          check(is_refused && left?.["is_there"] === false);

          await Deno.writeTextFile(file, half);
          check((await pushMigrations(target)).join() === name);
          check((await pushMigrations(target)).length === 0);
          // Like a view's migration, for a view that exists.
          await sql`
            select analytics.register_view(v.view_name, v.pack, v.schedule, v.stale_after)
            from analytics.views as v where v.view_name = 'mv_time_to_first_win'`;
          const jobs = await jobsOf(scene);
          check(new Set(jobs).size === jobs.length && jobs.length === before.length + round + 1);
        }
        note("jobs", (await jobsOf(scene)).length);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  },
];

async function jobsOf({ product: { sql } }: ReadScene): Promise<string[]> {
  return (await sql`select jobname || ' of ' || username as job from cron.job`).map(({ job }) => String(job));
}
