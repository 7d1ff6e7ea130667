// What the migrations of core, audit and identity leave in a database outside our two schemas. Each thing is on a list that says why.
import { deepEqual, equal } from "node:assert/strict";
import postgres from "postgres";
import { projectFolder } from "../../tools/pack_folders.ts";
import { examine } from "../../tools/doctor/examine.ts";
import { removeCluster, startPostgres } from "../../stack/postgres/mod.ts";
import { proofs } from "../support/random/proofs.ts";
import { changesBetween, outsideObjects } from "../support/rigs/outside_objects.ts";

type Reasons = Readonly<Record<string, string>>;

/** What core and audit add, and nothing else. */
const CORE_AND_AUDIT: Reasons = {
  "job analytics-cron-audit": "calls the audit",
  "job analytics-purge": "removes old history",
  "job analytics-refresh-queue-1": "refreshes views that were asked for or whose sources changed",
  "job analytics-refresh-queue-2": "the same, while the other has a slow view",
  "job drive-exports": "continues exports",
  "job trim-source-changes": "keeps the log of changes small",
  "secret freshet_call_secret": "signs the calls of these jobs",
};

/** What identity adds: its table and its hook are in public, where Supabase's own guide has them. */
const IDENTITY: Reasons = {
  "function custom_access_token_hook(jsonb)": "auth calls a function of this schema",
  "comment on function custom_access_token_hook(jsonb)": "says what it does",
  "relation user_roles": "who is an administrator, and of which organisation",
  "relation user_roles_pkey": "its key",
  "relation user_roles_org_id_idx": "its index",
  "column user_roles.user_id": "its column",
  "column user_roles.is_admin": "its column",
  "column user_roles.org_id": "its column",
  "column user_roles.org_role": "its column",
  "column user_roles_pkey.user_id": "of its key",
  "column user_roles_org_id_idx.org_id": "of its index",
  "comment on table user_roles": "says what it is",
  "comment on column user_id of table user_roles": "says what it is",
  "comment on column is_admin of table user_roles": "says what it is",
  "comment on column org_role of table user_roles": "says what it is",
  "constraint user_roles_pkey on table user_roles": "its key",
  "constraint user_roles_check on table user_roles": "an organisation and a role, or neither",
  "constraint user_roles_org_role_check on table user_roles": "the spelling of roles",
  "policy user_roles_are_read_by_auth on user_roles": "the hook runs with the rights of auth",
  "type user_roles": "its row",
  "type user_roles[]": "rows of it",
};

/** Every suite's database has PostgreSQL 15; what the other version makes of it is seen in the proofs. */
for (const flavour of (["installed", "embedded"] as const).slice(0, proofs(1, 2))) {
  Deno.test(`core and audit alone are well without a view, and leave nothing outside their schemas that no list has (${flavour} PostgreSQL)`, async () => {
    const workFolder = await Deno.makeTempDir({ prefix: "freshet-test-" });
    await Deno.chmod(workFolder, 0o755);
    const server = await startPostgres({ workFolder, flavour, durable: false });
    const superuser = postgres(server.superuserUrl, { max: 1, onnotice: () => {} });
    const sql = postgres(server.url, { max: 1, onnotice: () => {} });
    try {
      // A project that was there before, with what a migration could touch by mistake.
      await sql.unsafe(`
        create table public.orders (id bigint primary key);
        create role planted_reader;
        alter default privileges in schema public grant select on tables to planted_reader;
        select cron.schedule('own-job', '0 3 * * *', 'select 1');
        select vault.create_secret('https://project.example.com', 'project_url')`).simple();
      const before = await outsideObjects(superuser);
      await migrate(sql, "core", "audit");
      const after = await outsideObjects(superuser);
      deepEqual(changesBetween(before, after), Object.keys(CORE_AND_AUDIT).map((name) => `+ ${name}`).sort());
      await isWell(sql, server.url);

      await migrate(sql, "identity");
      const identity = changesBetween(after, await outsideObjects(superuser));
      deepEqual(identity, Object.keys(IDENTITY).map((name) => `+ ${name}`).sort());

      await superuser.unsafe(PLANTED).simple();
      const planted = changesBetween(after, await outsideObjects(superuser));
      const of_extension = /^- function extensions\./;
      deepEqual(planted.filter((one) => !identity.includes(one) && !of_extension.test(one)), FOUND);
    } finally {
      await sql.end({ timeout: 5 });
      await superuser.end({ timeout: 5 });
      await server.stop();
      await removeCluster(workFolder);
      await Deno.remove(workFolder, { recursive: true });
    }
  });
}

/** One thing of each kind that a migration could leave behind. */
const PLANTED = `
  create schema planted; grant usage on schema public to planted_reader; grant select on cron.job to planted_reader;
  grant select (id) on public.orders to planted_reader; alter table public.orders enable row level security;
  alter default privileges for role postgres in schema public revoke select on tables from planted_reader;
  alter role planted_reader set statement_timeout = '1s'; grant pg_monitor to planted_reader;
  create function public.planted() returns event_trigger language plpgsql as 'begin end';
  create event trigger planted on ddl_command_end execute function public.planted();
  create publication planted for table public.orders; comment on schema public is 'planted';
  create trigger planted before insert on public.orders execute function suppress_redundant_updates_trigger();
  select vault.create_secret('x', 'planted'); delete from cron.job where jobname = 'own-job'; drop extension pgcrypto cascade;`;
const FOUND: readonly string[] = [
  "! column orders.id",
  "! comment on schema public",
  "! default privileges of postgres in public on r",
  "! relation cron.job",
  "! relation orders",
  "! role planted_reader",
  "! schema public",
  "+ event trigger planted",
  "+ function planted()",
  "+ member planted_reader of pg_monitor",
  "+ publication planted",
  "+ published orders",
  "+ schema planted",
  "+ secret planted",
  "+ settings of planted_reader in 0",
  "+ trigger planted on table orders",
  "- comment on extension pgcrypto",
  "- extension pgcrypto",
  "- job own-job",
];

/** Applies the migrations of these areas, in their order, as the CLI does: each in a transaction of postgres. */
async function migrate(sql: postgres.Sql, ...areas: readonly string[]): Promise<void> {
  const folder = `${projectFolder}supabase/migrations`;
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  for (const name of names.filter((one) => areas.some((area) => one.includes(`_${area}__`)))) {
    const text = await Deno.readTextFile(`${folder}/${name}`);
    await sql.begin((transaction) => transaction.unsafe(text).simple());
  }
}

/** Jobs of others are adopted, as the page for existing projects says. The audit then sees, finds nothing, and says so; so does the doctor, who looks from outside. */
async function isWell(sql: postgres.Sql, url: string): Promise<void> {
  await sql`select analytics.adopt_all_jobs()`;
  const [pass] = await sql`select analytics.audit_pass() as answer`;
  deepEqual([pass?.["answer"]["outcome"], pass?.["answer"]["reasons"]], ["ok", []]);
  const bad =
    await sql`select kind, subject, evidence ->> 'message' as message from analytics.findings where state = 'bad'`;
  deepEqual([...bad], []);
  const [health] = await sql`select analytics.get_audit_health() ->> 'status' as status`;
  equal(health?.["status"], "ok");
  const { findings, unchecked } = await examine(url);
  deepEqual([findings, unchecked], [[], []]);
}
