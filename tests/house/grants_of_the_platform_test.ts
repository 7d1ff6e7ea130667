// The migrations change no grant that is not Freshet's own. One by name to a role that the platform makes and drops
// (cli_login_postgres, whenever the CLI pushes without a password) would keep it from being dropped.
import { deepEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import postgres from "postgres";
import { removeCluster, startPostgres } from "../../stack/postgres/mod.ts";
import { pushMigrations } from "../../stack/supabase_cli.ts";
import { proofs } from "../support/random/proofs.ts";

const projectFolder = fileURLToPath(new URL("../../", import.meta.url));
/** What the migrations make, and what the CLI keeps beside them. */
const OWN_SCHEMAS = ["analytics", "freshet", "supabase_migrations"];
const OWN_ROLES = ["reporting_user"];

/** Every suite's migrations are pushed by postgres; what that leaves alone is looked at in the proofs. */
for (const pusher of ["cli_login_postgres", "postgres"].slice(0, proofs(1, 2))) {
  Deno.test(`migrations that ${pusher} pushes leave the platform's grants alone, and cli_login_postgres can be dropped`, async () => {
    const workFolder = await Deno.makeTempDir({ prefix: "freshet-test-" });
    await Deno.chmod(workFolder, 0o755);
    const server = await startPostgres({ workFolder, flavour: "embedded", durable: false });
    const superuser = postgres(server.superuserUrl, { max: 1, onnotice: () => {} });
    try {
      // As the platform makes it; the CLI then says "set session role postgres".
      const url = new URL(server.url);
      const password = decodeURIComponent(url.password);
      await superuser.unsafe(
        `create role cli_login_postgres login noinherit password '${password}' in role postgres`,
      );
      url.username = pusher;
      const before = await grants(superuser);
      await pushMigrations({ projectFolder, databaseUrl: url.href });
      const after = await grants(superuser);
      deepEqual(Object.keys(before).filter((name) => after[name] !== before[name]), []);
      deepEqual(Object.keys(after).filter((name) => !(name in before)), []);
      await superuser`drop role cli_login_postgres`;
      deepEqual([...await superuser`select from analytics.views limit 1`].length, 1);
    } finally {
      await superuser.end({ timeout: 5 });
      await server.stop();
      await removeCluster(workFolder);
      await Deno.remove(workFolder, { recursive: true });
    }
  });
}

/** By what is granted, or set: the whole of it as text. Objects that the migrations make themselves are left out. */
async function grants(sql: postgres.Sql): Promise<Record<string, string>> {
  const rows = await sql<{ name: string; said: string }[]>`
    select 'database' as name, datacl::text as said from pg_database where datname = current_database()
    union all
    select 'schema ' || nspname, nspacl::text from pg_namespace
    where nspname <> all (${OWN_SCHEMAS}) and nspname !~ '^pg_(temp|toast)'
    union all
    select format('default privileges of %s in %s on %s', defaclrole::regrole, coalesce(n.nspname, 'every schema'), defaclobjtype), defaclacl::text
    from pg_default_acl left join pg_namespace as n on n.oid = defaclnamespace
    union all
    select 'relation ' || c.oid::regclass, c.relacl::text from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
    where n.nspname <> all (${[...OWN_SCHEMAS, "public"]}) and n.nspname !~ '^pg_(temp|toast)'
    union all
    select 'function ' || p.oid::regprocedure, p.proacl::text from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace
    where n.nspname <> all (${[...OWN_SCHEMAS, "public"]}) and n.nspname !~ '^pg_(temp|toast)'
    union all
    select 'role ' || r.rolname, concat_ws(' ', r.rolsuper, r.rolinherit, r.rolcreaterole, r.rolcreatedb, r.rolcanlogin, r.rolbypassrls, r.rolconfig)
    from pg_roles as r where r.rolname <> all (${OWN_ROLES})
    union all
    select format('member %s of %s by %s', m.member::regrole, m.roleid::regrole, m.grantor::regrole), concat_ws(' ', m.admin_option)
    from pg_auth_members as m where m.roleid <> all (select oid from pg_roles where rolname = any (${OWN_ROLES}))`;
  return Object.fromEntries(rows.map(({ name, said }) => [name, said]));
}
