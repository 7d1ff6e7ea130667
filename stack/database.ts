import { join } from "node:path";
import type postgres from "postgres";
import { demoUsers } from "./demo_users.ts";
import { importOuladInto } from "./import_oulad.ts";
import { withConnection } from "./one_connection.ts";
import { demos, type SampleState } from "./pack_demo.ts";
import { pause } from "./pause.ts";

/** Stores in Vault what the scheduler needs to call the functions, as a hosted project does. */
export async function storeSecrets(superuserUrl: string, secrets: Record<string, string>): Promise<void> {
  await withConnection(superuserUrl, async (sql) => {
    for (const [name, value] of Object.entries(secrets)) {
      const [known] = await sql`select id from vault.secrets where name = ${name}`;
      if (known === undefined) await sql`select vault.create_secret(${value}, ${name}, 'set by the local stack')`;
      else await sql`select vault.update_secret(${known.id}, ${value})`;
    }
  });
}

/** A first start loads a part of the answers, so that it grows by 3 s at most; `deno task import:oulad` loads them all. */
export const ANSWERS_AT_FIRST = 10_000;

/**
 * Loads the sample data, with the packs' demo people, where a pack's tables are empty and no pack holds data of your own. Answers
 * whether it loaded them.
 */
export async function loadSamples(
  databaseUrl: string,
  projectFolder: string,
  report: (line: string) => void,
): Promise<boolean> {
  const packs = await withConnection(databaseUrl, packsOfSample);
  if (packs.length === 0) return false;
  await importOuladInto({
    databaseUrl,
    folder: join(projectFolder, "samples", "oulad"),
    report,
    packs,
    answers: ANSWERS_AT_FIRST,
    owners: { member: demoUsers.member, other_tenant: demoUsers.other_tenant },
  });
  await withConnection(databaseUrl, async (sql) => {
    for (const pack of packs) await demos.get(pack)?.sample?.complete?.(sql);
  });
  return true;
}

/** The packs to load the sample into: none if one of them lacks its tables or holds data of your own, or all have the sample. */
async function packsOfSample(sql: postgres.Sql): Promise<string[]> {
  const states = new Map<string, SampleState>();
  for (const [pack, { sample }] of demos) {
    if (sample !== undefined) states.set(pack, await sample.state(sql));
  }
  const held = [...states.values()];
  const is_wanted = held.includes("empty") && !held.includes("own") && !held.includes("absent");
  return is_wanted ? [...states.keys()] : [];
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
      select o.view_name from freshet.refresh_order() as o
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
