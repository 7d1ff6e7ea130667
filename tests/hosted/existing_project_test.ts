// npx freshet in projects that are not ours: into a database that has its own tables, hook and jobs, and out again.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { join } from "node:path";
import postgres from "postgres";
import { startPostgres } from "../../stack/postgres/mod.ts";
import { pushMigrations } from "../../stack/supabase_cli.ts";
import { copyForeign, FOREIGN_PROJECTS, type ForeignProject, writeOwnView } from "../support/foreign_projects/mod.ts";
import { proofs } from "../support/random/proofs.ts";
import { type Npx, type Ran, startNpx } from "../support/rigs/npx.ts";
import { describeWhole } from "../support/rigs/whole_database.ts";

let npx: Npx;

Deno.test.beforeAll(async () => void (npx = await startNpx()));
Deno.test.afterAll(() => npx.stop());

function tried(name: string, body: () => Promise<void>): void {
  Deno.test({ name, fn: body, sanitizeOps: false, sanitizeResources: false });
}

interface Cluster {
  readonly sql: postgres.Sql;
  readonly url: string;
}

/** A database as the platform gives it; role postgres is no superuser. */
async function withCluster(
  flavour: "installed" | "embedded",
  body: (cluster: Cluster) => Promise<void>,
): Promise<void> {
  const workFolder = await Deno.makeTempDir({ prefix: "freshet-cluster-" });
  await Deno.chmod(workFolder, 0o755);
  const server = await startPostgres({ workFolder, flavour, durable: false });
  const sql = postgres(server.url, { max: 1, onnotice: () => {} });
  try {
    await body({ sql, url: server.url });
  } finally {
    await sql.end();
    await server.stop();
    await Deno.remove(workFolder, { recursive: true });
  }
}

async function done(running: Promise<Ran>): Promise<string> {
  const { code, said } = await running;
  equal(code, 0, said);
  return said;
}

async function dump(url: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("/usr/lib/postgresql/15/bin/pg_dump", {
    args: ["--schema-only", url],
  }).output();
  ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).replaceAll(/^(-- Dumped .*|\\(un)?restrict .*)\n/gm, "");
}

/** Makes room for the next project: they have tables and functions of the same names. */
async function forgetProject(sql: postgres.Sql): Promise<void> {
  await sql.unsafe(`
    do $$
    declare
        named text;
    begin
        for named in select c.oid::regclass::text from pg_class as c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' loop
            execute 'drop table ' || named || ' cascade';
        end loop;
        for named in select p.oid::regprocedure::text from pg_proc as p where p.pronamespace = 'public'::regnamespace loop
            execute 'drop function ' || named || ' cascade';
        end loop;
        for named in select t.oid::regtype::text from pg_type as t where t.typnamespace = 'public'::regnamespace and t.typtype = 'e' loop
            execute 'drop type ' || named || ' cascade';
        end loop;
        perform cron.unschedule(j.jobid) from cron.job as j;
        truncate supabase_migrations.schema_migrations;
    end
    $$;
    drop schema if exists private cascade`).simple();
}

/** A file, a function and a job that are not as they were written are each told; the file is put back. */
async function drift(folder: string, { sql, url }: Cluster): Promise<void> {
  const entry = join(folder, "supabase/functions/cron-audit/index.ts");
  const written = await Deno.readTextFile(entry);
  await Deno.writeTextFile(entry, `${written}// mine\n`);
  await sql`alter function analytics.is_admin() security definer`;
  await sql`select cron.alter_job(jobid, active => false) from cron.job where jobname = 'analytics-purge'`;
  const { code, said } = await npx.freshet(folder, npx.version, "check", "--db-url", url, "--json");
  equal(code, 1);
  deepEqual(JSON.parse(said).drift, [
    "supabase/functions/cron-audit/index.ts was changed",
    "function analytics.is_admin is not as this version has it",
    "job analytics-purge is not active",
  ]);
  await Deno.writeTextFile(entry, written);
}

async function lifeOf(name: ForeignProject, { sql, url }: Cluster, can_dump: boolean): Promise<void> {
  const home = await Deno.makeTempDir({ prefix: "freshet-foreign-" });
  try {
    const folder = await copyForeign(name, home);
    const config = join(folder, "supabase/config.toml");
    const push = () => pushMigrations({ projectFolder: folder, databaseUrl: url });
    const configured = await Deno.readTextFile(config);
    await push();
    const before = { described: await describeWhole(sql), dump: can_dump ? await dump(url) : "" };

    match(await done(npx.freshet(folder, npx.older, "init", "--db-url", url, "--yes")), /PostgreSQL 1[57]/);
    await push();
    // Its list of functions has those of the migration that it lacks.
    const drifted = await npx.freshet(folder, npx.older, "check", "--db-url", url);
    equal(drifted.code, 1);
    match(drifted.said, /function analytics\.list_actions is gone/);
    await writeOwnView(name, folder);
    await push();

    const upgraded = await done(npx.freshet(folder, npx.version, "upgrade", "--yes"));
    match(upgraded, /\+ supabase\/migrations\/\d{14}_\w+__\w+\.sql/);
    if (name !== "shop") match(upgraded, /= freshet\/packs\/registry\.ts \(yours/);
    equal((await push()).length, 1);
    await done(npx.freshet(folder, npx.version, "check", "--db-url", url));
    match(await done(npx.freshet(folder, npx.version, "init", "--yes")), /Nothing is missing/);

    if (name === "roles") await drift(folder, { sql, url });

    const refused = await npx.freshet(folder, npx.version, "remove", "--db-url", url, "--yes");
    equal(refused.code, 2);
    match(refused.said, /views of yours are registered: .*mv_/);
    await done(npx.freshet(folder, npx.version, "remove", "--drop-views", "--db-url", url, "--yes"));
    await push();
    deepEqual(await describeWhole(sql), before.described);
    if (can_dump) equal(await dump(url), before.dump);
    equal(await Deno.readTextFile(config), configured);
    await forgetProject(sql);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

tried(
  "on PostgreSQL 15 each project is as it was after init, an own view, upgrade and remove, by pg_dump too",
  () =>
    withCluster("installed", async (cluster) => {
      for (const name of FOREIGN_PROJECTS) await lifeOf(name, cluster, true);
    }),
);

/** Every run takes the project with the most in its way. */
const on_17 = FOREIGN_PROJECTS.slice(-proofs(1, FOREIGN_PROJECTS.length));

tried(`on PostgreSQL 17 ${on_17.join(", ")} too`, () =>
  withCluster("embedded", async (cluster) => {
    for (const name of on_17) await lifeOf(name, cluster, false);
  }));
