// npx freshet in projects that are not ours: into a database that has its own tables, hook and jobs, and out again.
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import postgres from "postgres";
import { findFunctions } from "../../stack/functions/discovery.ts";
import { downloading, edgeRuntime } from "../../stack/functions/edge_runtime.ts";
import { issuerOf } from "../../stack/function_environment.ts";
import { startManagementApi } from "../../stack/management_api/mod.ts";
import { pause } from "../../stack/pause.ts";
import { startPostgres } from "../../stack/postgres/mod.ts";
import { readProjectConfig } from "../../stack/project_config.ts";
import { deployFunctions, pushMigrations } from "../../stack/supabase_cli.ts";
import { mintToken } from "../../stack/tokens.ts";
import { fateOf } from "../support/documents/document_commands.ts";
import { blocksOf, readDocument } from "../support/documents/documents.ts";
import { packNames } from "../../tools/pack_folders.ts";
import { copyForeign, FOREIGN_PROJECTS, type ForeignProject, writeOwnView } from "../support/foreign_projects/mod.ts";
import { proofs } from "../support/random/proofs.ts";
import { deployedPackages } from "../support/hosted/deployed_packages.ts";
import { type Npx, type Ran, startNpx } from "../support/rigs/npx.ts";
import { asUser, type Product, startProduct } from "../support/rigs/product.ts";
import { describeWhole } from "../support/rigs/whole_database.ts";

let npx: Npx;
/** Where the platform's Deno looks for the package that the functions import, and keeps it. */
const PLACES = ["NPM_CONFIG_REGISTRY", "DENO_DIR"];
const found_places = PLACES.map((name) => Deno.env.get(name));

function setPlaces(values: readonly (string | undefined)[]): void {
  for (const [index, name] of PLACES.entries()) {
    const value = values[index];
    if (value === undefined) Deno.env.delete(name);
    else Deno.env.set(name, value);
  }
}

Deno.test.beforeAll(async () => {
  npx = await startNpx();
  setPlaces(PLACES.map((name) => npx.environment[name]));
});
Deno.test.afterAll(async () => {
  // Later files of the suite run in this process.
  setPlaces(found_places);
  await npx.stop();
});

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

/** A view of the project over one of ours stops the migration before it has dropped anything. */
async function refusedWhileRead({ sql }: Cluster, push: () => Promise<unknown>): Promise<void> {
  const before = await describeWhole(sql);
  await sql`create view public.busy as select user_id from analytics.mv_message_days`;
  await rejects(push, /objects of yours read what would go: .*view busy/);
  await sql`drop view public.busy`;
  deepEqual(await describeWhole(sql), before);
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

    if (name === "clubs") {
      const examined = await npx.freshet(folder, npx.version, "doctor", "--db-url", url, "--json");
      deepEqual([JSON.parse(examined.said).job_count, JSON.parse(examined.said).has_freshet], [1, false]);
      await sql`insert into supabase_migrations.schema_migrations (version) values ('20991231235959')`;
      const behind = await npx.freshet(folder, npx.version, "init", "--db-url", url, "--yes");
      equal(behind.code, 1);
      match(behind.said, /✗ the database has migration 20991231235959, which this folder lacks/);
      await sql`delete from supabase_migrations.schema_migrations where version = '20991231235959'`;
    }

    match(await done(npx.freshet(folder, npx.older, "init", "--db-url", url, "--yes")), /PostgreSQL 1[57]/);
    await push();
    // Its list of functions has those of the migration that it lacks.
    const drifted = await npx.freshet(folder, npx.older, "check", "--db-url", url);
    equal(drifted.code, 1);
    match(drifted.said, /function (?:analytics|freshet)\.\w+ is gone/);
    await writeOwnView(name, folder);
    await push();

    const upgraded = await done(npx.freshet(folder, npx.version, "upgrade", "--yes"));
    match(upgraded, /\+ supabase\/migrations\/\d{14}_\w+__\w+\.sql/);
    if (name !== "shop") match(upgraded, /= freshet\/packs\/registry\.ts \(yours/);
    if (name === "roles") {
      const early = await npx.freshet(folder, npx.version, "check", "--db-url", url);
      deepEqual([early.code, /^✗ migration \w+ is not applied: npx supabase db push$/m.test(early.said)], [1, true]);
    }
    equal((await push()).length, 1);
    await done(npx.freshet(folder, npx.version, "check", "--db-url", url));
    match(await done(npx.freshet(folder, npx.version, "init", "--yes")), /Nothing is missing/);

    if (name === "roles") await drift(folder, { sql, url });

    const refused = await npx.freshet(folder, npx.version, "remove", "--db-url", url, "--yes");
    equal(refused.code, 2);
    match(refused.said, /views of yours are registered: .*mv_/);
    await done(npx.freshet(folder, npx.version, "remove", "--drop-views", "--db-url", url, "--yes"));
    if (name === "roles") await refusedWhileRead({ sql, url }, push);
    await push();
    deepEqual(await describeWhole(sql), before.described);
    if (can_dump) equal(await dump(url), before.dump);
    equal(await Deno.readTextFile(config), configured);
    await forgetProject(sql);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

/** Every run takes one project on each version: the one of the guide, and the one with the most in its way. */
const LIVES = {
  "15": { flavour: "installed", projects: FOREIGN_PROJECTS.slice(0, proofs(1, FOREIGN_PROJECTS.length)) },
  "17": { flavour: "embedded", projects: FOREIGN_PROJECTS.slice(-proofs(1, FOREIGN_PROJECTS.length)) },
} as const;

for (const [version, { flavour, projects }] of Object.entries(LIVES)) {
  tried(
    `${projects.join(", ")} on PostgreSQL ${version}: as before after init, an own view, upgrade and remove`,
    () =>
      withCluster(flavour, async (cluster) => {
        for (const name of projects) await lifeOf(name, cluster, flavour === "installed");
      }),
  );
}

/** A project without a table. */
async function bareProject(home: string): Promise<string> {
  const folder = join(home, "bare");
  await Deno.mkdir(join(folder, "supabase"), { recursive: true });
  await Deno.writeTextFile(join(folder, "supabase/config.toml"), 'project_id = "bare"\n');
  return folder;
}

async function inBareProject(body: (folder: string, cluster: Cluster) => Promise<void>): Promise<void> {
  const home = await Deno.makeTempDir({ prefix: "freshet-bare-" });
  try {
    await withCluster("installed", async (cluster) => await body(await bareProject(home), cluster));
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

async function jobsOf(sql: postgres.Sql): Promise<string[]> {
  return (await sql`select jobname from cron.job order by 1`).map(({ jobname }) => String(jobname));
}

tried(
  "profile audit has the audit's function and jobs alone, is healthy without views, and is widened to core",
  () =>
    inBareProject(async (folder, { sql, url }) => {
      const push = () => pushMigrations({ projectFolder: folder, databaseUrl: url });
      await done(npx.freshet(folder, npx.version, "init", "--profile", "audit", "--yes"));
      deepEqual([...Deno.readDirSync(join(folder, "supabase/functions"))].map((one) => one.name), ["cron-audit"]);
      await push();
      deepEqual(await jobsOf(sql), ["analytics-cron-audit", "analytics-purge"]);
      const declared = await sql`select job_name from analytics.scheduled_jobs order by 1`;
      deepEqual(declared.map((row) => row["job_name"]), ["analytics-cron-audit", "analytics-purge"]);
      await sql`select analytics.audit_pass()`;
      const open =
        await sql`select kind, subject from analytics.incidents where closed_at is null and kind <> 'secret_missing'`;
      deepEqual([...open], []);
      await done(npx.freshet(folder, npx.version, "check", "--db-url", url));

      match(await done(npx.freshet(folder, npx.version, "init", "--profile", "core", "--yes")), /freshet__read_api/);
      equal((await push()).length, 1);
      const jobs = await jobsOf(sql);
      for (const job of ["drive-exports", "trim-source-changes", "analytics-refresh-queue-1"]) {
        ok(jobs.includes(job), job);
      }
      await done(npx.freshet(folder, npx.version, "check", "--db-url", url));
      const back = await npx.freshet(folder, npx.version, "init", "--profile", "audit", "--yes");
      deepEqual([back.code, /profile core/.test(back.said)], [2, true]);
    }),
);

tried(
  "identity and every pack come by name, are served by functions that load, and go with their tables",
  () =>
    inBareProject(async (folder, { sql, url }) => {
      const push = () => pushMigrations({ projectFolder: folder, databaseUrl: url });
      // The history's schema is made by the first push.
      await Deno.mkdir(join(folder, "supabase/migrations"));
      await Deno.writeTextFile(join(folder, "supabase/migrations/20250101000000_nothing.sql"), "select 1;\n");
      await push();
      const before = { described: await describeWhole(sql), dump: await dump(url) };
      await done(npx.freshet(folder, npx.version, "init", "--with", ["identity", ...packNames()].join(","), "--yes"));
      await push();
      await done(npx.freshet(folder, npx.version, "check", "--db-url", url));
      await everyFunctionLoads(folder);
      await weighs(folder);
      await done(npx.freshet(folder, npx.version, "remove", "--drop-tables", "--yes"));
      await push();
      deepEqual(await describeWhole(sql), before.described);
      equal(await dump(url), before.dump);
      equal(await Deno.readTextFile(join(folder, "supabase/config.toml")), 'project_id = "bare"\n');
    }),
);

/** On the platform's Deno, with what the registry file lists. */
async function everyFunctionLoads(folder: string): Promise<void> {
  const { deno, cacheFolder } = await edgeRuntime();
  const functions = await findFunctions(folder, await readProjectConfig(folder));
  const names = functions.map(({ name }) => name);
  for (const name of ["analytics", "cron-audit", "export"]) ok(names.includes(name), name);
  for (const { name, entrypoint, config } of functions) {
    const program = `${dirname(entrypoint)}/load.ts`;
    const registry = name === "analytics"
      ? 'import { registry } from "../../../freshet/packs/registry.ts";\n'
      : "const registry = {};\n";
    await Deno.writeTextFile(
      program,
      `${registry}import main from "./index.ts";\nfor (const load of Object.values(registry)) if ((await load()).pack === undefined) throw 1;\nif (typeof main.fetch !== "function") throw 2;\n`,
    );
    const args = ["run", "-A", "--quiet", "--no-lock", "--config", config, program];
    const { code, stderr } = await new Deno.Command(deno, { args, env: downloading({ deno, cacheFolder }) }).output();
    equal(code, 0, `${name}: ${new TextDecoder().decode(stderr)}`);
    await Deno.remove(program);
  }
}

/** Megabytes of a function with its whole packages, compressed; the platform takes 20, and the page says 5. */
const HEAVIEST = 5;

async function weighs(folder: string): Promise<void> {
  const [found] = (await findFunctions(folder, await readProjectConfig(folder))).filter(({ name }) =>
    name === "analytics"
  );
  if (found === undefined) throw new Error("there is no function analytics");
  const contents: Uint8Array[] = [];
  for (const { folder: of_package } of await deployedPackages(await edgeRuntime(), found)) {
    for (const name of await readdir(of_package, { recursive: true })) {
      const file = join(of_package, name);
      if ((await Deno.stat(file)).isFile) contents.push(await Deno.readFile(file));
    }
  }
  const compressed = brotliCompressSync(Buffer.concat(contents), BROTLI).length / 1_000_000;
  ok(compressed > 1 && compressed <= HEAVIEST, `${compressed} MB`);
}

/** As quick as gzip, and like the platform's it sees that packages hold each module two or three times. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_LGWIN]: 24 } };

tried("the command line runs on Deno as it does on Node", async () => {
  const args = ["run", "-A", "--quiet", "--no-lock", `npm:freshet@${npx.version}`, "--version"];
  const { code, stdout } = await new Deno.Command(Deno.execPath(), { args, env: npx.environment }).output();
  deepEqual([code, new TextDecoder().decode(stdout).trim()], [0, npx.version]);
});

const MEMBER = "c0000000-0000-4000-8000-000000000001";
const STRANGER = "c0000000-0000-4000-8000-000000000002";

/** Deploys what the folder has, and brings up the project with it. */
async function withProduct(
  folder: string,
  flavour: "installed" | "embedded",
  body: (product: Product, deployed: readonly string[]) => Promise<void>,
): Promise<void> {
  const api = await startManagementApi(dirname(folder));
  try {
    await deployFunctions({ ...api.project, projectFolder: folder }, []);
    const functions = api.functions();
    const variables = { NPM_CONFIG_REGISTRY: npx.environment["NPM_CONFIG_REGISTRY"] ?? "" };
    const product = await startProduct({ projectFolder: folder, flavour, functions, variables });
    try {
      await body(product, functions.map(({ name }) => name));
    } finally {
      await product.stop();
    }
  } finally {
    await api.stop();
  }
}

interface Answer {
  readonly status: number;
  readonly body: { readonly data?: unknown };
}

async function ask({ stack, get }: Product, subject: string, path: string): Promise<Answer> {
  const token = await mintToken({ jwtSecret: stack.keys.jwtSecret, issuer: issuerOf(stack.origin), subject });
  const response = await get(path, asUser(stack, token));
  return { status: response.status, body: await response.json() };
}

interface Served {
  readonly rows: string;
  readonly path: string;
  /** Asks for the member's rows by name. */
  readonly named: string;
  readonly expected: unknown;
}

const SERVED: Readonly<Record<"roles" | "clubs", Served>> = {
  roles: {
    rows: `
      insert into public.channels (slug) values ('general');
      insert into public.messages (user_id, channel_id, inserted_at)
      select u.id, c.id, '2026-03-02 12:00+00'
      from public.channels as c, unnest(array['${MEMBER}', '${MEMBER}', gen_random_uuid()::text]::uuid[]) as u (id)`,
    path: "/chat/message-days",
    named: `user_id=${MEMBER}`,
    expected: [{ user_id: MEMBER, day: "2026-03-02", messages_count: 2 }],
  },
  clubs: {
    rows: `
      insert into public.users (id, name) values ('${MEMBER}', 'a member');
      insert into private.members (club, user_id) values ('North', '${MEMBER}');
      insert into public.teams (club, name) values ('North', 'first'), ('South', 'first');
      insert into public.games (team_id, club, played_at, goals)
      select t.id, t.club, '2026-03-02 12:00+00', n from public.teams as t, generate_series(2, 3) as n`,
    path: "/clubs/club-goals",
    named: "club=North",
    expected: [{ club: "North", games_count: 2, goals_count: 5 }],
  },
};

const EVERYWHERE = (["roles", "clubs"] as const).flatMap((name) =>
  (["embedded", "installed"] as const).map((flavour) => ({ name, flavour }))
);

for (const { name, flavour } of EVERYWHERE.slice(0, proofs(1, EVERYWHERE.length))) {
  const version = flavour === "embedded" ? 17 : 15;
  tried(`${name} on PostgreSQL ${version}: an own view is served to a member and refused to a stranger`, async () => {
    const home = await Deno.makeTempDir({ prefix: "freshet-served-" });
    await Deno.chmod(home, 0o755);
    try {
      const folder = await copyForeign(name, home);
      const began = performance.now();
      await done(npx.freshet(folder, npx.version, "init", "--yes"));
      await writeOwnView(name, folder);
      await withProduct(folder, flavour, async (product, deployed) => {
        deepEqual(deployed, ["analytics", "cron-audit", "export"]);
        const { rows, path, named, expected } = SERVED[name];
        await product.sql.unsafe(rows).simple();
        await product.sql`select analytics.refresh_all_views()`;
        const answer = await ask(product, MEMBER, path);
        console.log(`from npx to the first answer: ${Math.round((performance.now() - began) / 1_000)} s`);
        deepEqual([answer.status, answer.body.data], [200, expected], JSON.stringify(answer.body));
        const own = await ask(product, STRANGER, path);
        deepEqual([own.status, own.body.data], [200, []]);
        equal((await ask(product, STRANGER, `${path}?${named}`)).status, 403);
      });
    } finally {
      await Deno.remove(home, { recursive: true });
    }
  });
}

const PAGE = "docs/existing-project.md";
const TEAM = "d0000000-0000-4000-8000-000000000001";

/** A block that shows a file says which in its first line. */
const FILE = /^(?:\/\/|--) (freshet\/packs\/[\w/-]+\.(?:ts|sql))\n/;

/** Does what the page says in the shop. Answers the page's statements, for the running project. */
async function follow(folder: string): Promise<string[]> {
  const statements: string[] = [];
  const script = ["set -euo pipefail"];
  for (const block of blocksOf(PAGE, await readDocument(PAGE))) {
    const file = FILE.exec(block.text)?.[1];
    if (file !== undefined) {
      script.push(`mkdir -p ${dirname(file)}\ncat > ${file} <<'END OF FILE'\n${block.text}\nEND OF FILE`);
    } else if (fateOf(block) === "hosted") continue;
    else if (block.info === "sql") statements.push(block.text);
    else if (block.info === "sh") script.push(block.text);
  }
  const { code, stdout, stderr } = await new Deno.Command("bash", {
    args: ["-c", script.join("\n")],
    cwd: folder,
    env: npx.environment,
  }).output();
  equal(code, 0, new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr));
  return statements;
}

tried(`${PAGE}, followed block by block in a shop`, async () => {
  const home = await Deno.makeTempDir({ prefix: "freshet-page-" });
  await Deno.chmod(home, 0o755);
  try {
    const folder = await copyForeign("shop", home);
    const statements = await follow(folder);
    await withProduct(folder, "installed", async (product, deployed) => {
      const { sql } = product;
      deepEqual(deployed, ["analytics", "cron-audit", "export"]);
      const [hook] = await sql`
        select public.custom_access_token_hook('{"claims": {}}') as answer, to_regclass('public.user_roles') as roles`;
      deepEqual({ ...hook }, { answer: { claims: { plan: "pro" } }, roles: null });
      await sql`insert into public.teams (id, name) values (${TEAM}, 'North'), (gen_random_uuid(), 'South')`;
      await sql`insert into public.team_members (team_id, user_id) values (${TEAM}, ${MEMBER})`;
      await sql`
        insert into public.orders (team_id, total, placed_at)
        select t.id, 10.50, '2026-03-02 12:00+00' from public.teams as t, generate_series(1, 3)`;
      await sql`insert into public.orders (team_id, total, status) values (${TEAM}, 99, 'cancelled')`;
      for (const statement of statements) await sql.unsafe(statement).simple();

      const path = "/shop/team-order-days";
      const answer = await ask(product, MEMBER, `${path}?days=7`);
      equal(answer.status, 200, JSON.stringify(answer.body));
      deepEqual(answer.body.data, [{ team_id: TEAM, day: "2026-03-02", orders_count: 3, revenue: 31.5 }]);
      equal((await ask(product, STRANGER, `${path}?team_id=${TEAM}`)).status, 403);
      const own = await ask(product, STRANGER, `${path}?days=7`);
      deepEqual([own.status, own.body.data], [200, []]);
      const anybody = await product.get(path, { apikey: product.stack.keys.publishableKey });
      await anybody.body?.cancel();
      equal(anybody.status, 403);

      const [pass] = await sql`select analytics.audit_pass() ->> 'outcome' as outcome`;
      match(String(pass?.["outcome"]), /./);
      const open =
        await sql`select kind, subject from analytics.incidents where closed_at is null and kind = 'undeclared'`;
      deepEqual([...open], []);
      const [known] = await sql`
        select count(*)::integer as count from analytics.scheduled_jobs where job_name = 'cancel-unpaid-orders'`;
      equal(known?.["count"], 1);

      await sql`delete from public.team_members where user_id = ${MEMBER}`;
      await pause(3_500);
      equal((await ask(product, MEMBER, `${path}?team_id=${TEAM}`)).status, 403);
    });
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});
