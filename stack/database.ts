import { join } from "node:path";
import type postgres from "postgres";
import { importOulad } from "../samples/oulad/import.ts";
import { BUSY_CHALLENGE } from "../samples/oulad/import/busy_agents.ts";
import { plantDemoTraining } from "./demo_training.ts";
import { withConnection } from "./one_connection.ts";
import { pause } from "./pause.ts";
import { demoUsers } from "./tokens.ts";

/** Puts what the scheduler needs in order to call the functions where a hosted project keeps it: into Vault. */
export async function storeSecrets(superuserUrl: string, secrets: Record<string, string>): Promise<void> {
  await withConnection(superuserUrl, async (sql) => {
    for (const [name, value] of Object.entries(secrets)) {
      const [known] = await sql`select id from vault.secrets where name = ${name}`;
      if (known === undefined) await sql`select vault.create_secret(${value}, ${name}, 'set by the local stack')`;
      else await sql`select vault.update_secret(${known.id}, ${value})`;
    }
  });
}

/**
 * Loads the sample data, with the demo people, into tables that are empty: of both packs, or of the training pack where the
 * arena holds the sample already. Answers whether it did.
 */
export async function loadSamples(
  databaseUrl: string,
  projectFolder: string,
  report: (line: string) => void,
): Promise<boolean> {
  if (!await withConnection(databaseUrl, wantsSamples)) return false;
  await importOulad({
    databaseUrl,
    folder: join(projectFolder, "samples", "oulad"),
    report,
    owners: { member: demoUsers.member, other_tenant: demoUsers.other_tenant },
  });
  await withConnection(databaseUrl, plantDemoTraining);
  return true;
}

/** Own data are left alone, and so is a project without these packs. */
async function wantsSamples(sql: postgres.Sql): Promise<boolean> {
  const [packs] = await sql`
    select to_regclass('public.submissions') is not null and to_regclass('public.scenario_attempts') is not null as exist`;
  if (packs?.exist !== true) return false;
  const [arena] = await sql`
    select exists (select from public.challenges as c where c.id = ${BUSY_CHALLENGE}) as is_sample,
        not exists (select from public.submissions) as is_empty`;
  const [training] = await sql`select not exists (select from public.scenario_attempts) as is_empty`;
  return training?.is_empty === true && (arena?.is_empty === true || arena?.is_sample === true);
}

/** Refreshes the registered views, sources first: all of them, or those that have never been. */
export async function refreshViews(
  databaseUrl: string,
  which: "all" | "new",
  report: (line: string) => void,
): Promise<number> {
  return await withConnection(databaseUrl, async (sql) => {
    const [registry] = await sql`select to_regclass('analytics.views') is not null as exists`;
    if (registry?.exists !== true) return 0;
    const views = await sql<{ view_name: string }[]>`
      select o.view_name from private.refresh_order() as o
      join analytics.views as v on v.view_name = o.view_name
      where ${which === "all"} or v.version = 0
      order by o.depth, o.view_name`;
    await sql`set statement_timeout = '10min'`;
    for (const { view_name } of views) {
      report(view_name);
      await refresh(sql, view_name);
    }
    return views.length;
  });
}

/** A scheduled refresh may hold the lock at this moment: then ours is skipped, and waits for that one's end. */
async function refresh(sql: postgres.Sql, view: string): Promise<void> {
  for (let attempt = 0; attempt < 240; attempt++) {
    const [entry] = await sql`select outcome from analytics.refresh_view(${view})`;
    if (entry?.outcome !== "skipped_busy") return;
    await pause(500);
  }
}
