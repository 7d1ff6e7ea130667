// What the roles of a hosted project are, as supabase/postgres' migrations make them and its tests expect them. The stack's
// own are compared with this table, on both major versions: whatever a migration may do there, it may do here.
import { deepEqual } from "node:assert/strict";
import postgres from "postgres";
import { bootstrap } from "../../stack/postgres/bootstrap.ts";
import { removeCluster, startPostgres } from "../../stack/postgres/mod.ts";

interface Role {
  /** Besides inherit, which most have, or noinherit, nothing that is not listed. */
  readonly attributes: string;
  readonly settings?: readonly string[];
  /** Roles that it is a member of; with a star where it may pass them on. */
  readonly memberOf?: readonly string[];
}

const API_ROLES = ["anon", "authenticated", "service_role"];
const PREDEFINED = ["pg_monitor", "pg_read_all_data", "pg_signal_backend"];

function hostedRoles(major: 15 | 17): Record<string, Role> {
  return {
    anon: { attributes: "inherit", settings: ["statement_timeout=3s"] },
    authenticated: { attributes: "inherit", settings: ["statement_timeout=8s"] },
    authenticator: {
      attributes: "login",
      settings: ["lock_timeout=8s", "statement_timeout=8s"],
      memberOf: API_ROLES,
    },
    dashboard_user: { attributes: "inherit createrole createdb replication" },
    postgres: {
      attributes: "login inherit createrole createdb replication bypassrls",
      settings: ['search_path="$user", public, extensions', "statement_timeout=2min"],
      memberOf: major === 15
        ? [...API_ROLES, ...PREDEFINED]
        : [...[...API_ROLES, "authenticator", ...PREDEFINED].map((role) => `${role}*`), "pg_create_subscription"],
    },
    service_role: { attributes: "inherit bypassrls" },
    supabase_auth_admin: {
      attributes: "login",
      settings: ["idle_in_transaction_session_timeout=60s", "log_statement=none", "search_path=auth"],
    },
    supabase_read_only_user: { attributes: "login inherit bypassrls", memberOf: ["pg_read_all_data"] },
    supabase_storage_admin: {
      attributes: "login createrole",
      settings: ["log_statement=none", "search_path=storage"],
      memberOf: ["authenticator"],
    },
  };
}

for (const [flavour, major] of [["installed", 15], ["embedded", 17]] as const) {
  Deno.test(`each role of the local PostgreSQL ${major} is what it is on the platform, also where an older stack made it`, async () => {
    await withDatabase(flavour, async (sql, cron) => {
      await sql.unsafe(
        "alter role anon noinherit; alter role supabase_auth_admin createrole; grant authenticator to postgres with admin option",
      );
      await bootstrap(sql, cron);
      const expected = hostedRoles(major);
      const rows = await sql<{ name: string; attributes: string; settings: string[]; member_of: string[] }[]>`
        select r.rolname as name,
          concat_ws(' ', case when r.rolcanlogin then 'login' end, case when r.rolinherit then 'inherit' end,
            case when r.rolsuper then 'superuser' end, case when r.rolcreaterole then 'createrole' end,
            case when r.rolcreatedb then 'createdb' end, case when r.rolreplication then 'replication' end,
            case when r.rolbypassrls then 'bypassrls' end) as attributes,
          array(select s.text from unnest(r.rolconfig) as s (text) order by s.text) as settings,
          array(
            select distinct g.rolname || case when m.admin_option then '*' else '' end
            from pg_auth_members as m join pg_roles as g on g.oid = m.roleid where m.member = r.oid
          ) as member_of
        from pg_roles as r where r.rolname = any (${Object.keys(expected)})`;
      const found = rows.map(({ name, attributes, settings, member_of }) => [
        name,
        { attributes, settings: settings.sort(), memberOf: member_of.sort() },
      ]);
      deepEqual(
        Object.fromEntries(found),
        Object.fromEntries(
          Object.entries(expected).map(([name, { attributes, settings = [], memberOf = [] }]) => [
            name,
            { attributes, settings: [...settings].sort(), memberOf: [...memberOf].sort() },
          ]),
        ),
      );
    });
  });
}

Deno.test("schema public and the database are granted to whom the platform grants them", async () => {
  await withDatabase("embedded", async (sql) => {
    const rows = await sql<{ entry: string }[]>`
      with grants (object, acl) as (
        select 'public', nspacl from pg_namespace where nspname = 'public'
        union all select 'database', datacl from pg_database where datname = current_database()
      )
      select object || ': ' || coalesce(r.rolname, 'PUBLIC') || ' ' || string_agg(a.privilege_type, ' ' order by a.privilege_type) as entry
      from grants cross join lateral aclexplode(acl) as a left join pg_roles as r on r.oid = a.grantee
      group by object, r.rolname order by 1`;
    deepEqual(rows.map(({ entry }) => entry).sort(), [
      "database: PUBLIC CONNECT TEMPORARY",
      "database: dashboard_user CONNECT CREATE TEMPORARY",
      "database: postgres CONNECT CREATE TEMPORARY",
      "public: PUBLIC USAGE",
      "public: anon USAGE",
      "public: authenticated USAGE",
      "public: pg_database_owner CREATE USAGE",
      "public: postgres USAGE",
      "public: service_role USAGE",
    ]);
  });
});

async function withDatabase(
  flavour: "installed" | "embedded",
  test: (sql: postgres.Sql, cron: "real" | "stand-in") => Promise<void>,
): Promise<void> {
  const workFolder = await Deno.makeTempDir({ prefix: "freshet-test-" });
  const part = await startPostgres({ workFolder, flavour, durable: false });
  const sql = postgres(part.superuserUrl, { max: 1, onnotice: () => {} });
  try {
    await test(sql, part.cron);
  } finally {
    await sql.end({ timeout: 5 });
    await part.stop();
    await removeCluster(workFolder);
    await Deno.remove(workFolder, { recursive: true });
  }
}
