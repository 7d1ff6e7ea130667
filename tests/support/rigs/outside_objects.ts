import type postgres from "postgres";

/** Schemas that are ours, and those that PostgreSQL itself fills while it works. */
const NOT_OUTSIDE = "n.nspname in ('analytics', 'freshet') or n.nspname ~ '^pg_(toast|temp)'";

/** Catalogs of which only the names of objects are compared: an object is there, or it is not. */
const NAMED = [
  ...["pg_am", "pg_cast", "pg_collation", "pg_conversion", "pg_event_trigger", "pg_foreign_data_wrapper"],
  ...["pg_foreign_server", "pg_language", "pg_opclass", "pg_operator", "pg_opfamily", "pg_publication"],
  ...["pg_statistic_ext", "pg_transform", "pg_ts_config", "pg_ts_dict", "pg_rewrite", "pg_trigger", "pg_constraint"],
];

const outside = (namespace: string) =>
  `not exists (select from pg_namespace as n where n.oid = ${namespace} and (${NOT_OUTSIDE}))`;

/**
 * Everything that a database and its server hold outside our schemas, by name: what it is, its owner, who may use it, its
 * comment. Rows only where rows are what a migration could leave: jobs, secrets, buckets. To be asked as the superuser.
 */
export async function outsideObjects(sql: postgres.Sql): Promise<ReadonlyMap<string, string>> {
  const rows = await sql.unsafe<{ name: string; said: string }[]>(`
    with ours as (
      select 'pg_class'::regclass as classoid, c.oid from pg_class as c where not (${outside("c.relnamespace")})
      union all select 'pg_proc'::regclass, p.oid from pg_proc as p where not (${outside("p.pronamespace")})
      union all select 'pg_type'::regclass, t.oid from pg_type as t where not (${outside("t.typnamespace")})
      union all select 'pg_namespace'::regclass, n.oid from pg_namespace as n where ${NOT_OUTSIDE}
    )
    select 'database' as name, concat_ws(' ', d.datdba::regrole, array(select unnest(d.datacl)::text order by 1)::text, shobj_description(d.oid, 'pg_database')) as said
    from pg_database as d where d.datname = current_database()
    union all
    select 'schema ' || n.nspname, concat_ws(' ', n.nspowner::regrole, array(select unnest(n.nspacl)::text order by 1)::text)
    from pg_namespace as n where not (${NOT_OUTSIDE})
    union all
    select 'relation ' || c.oid::regclass, concat_ws(' ', c.relkind, c.relowner::regrole, array(select unnest(c.relacl)::text order by 1)::text, c.reloptions::text,
      c.relrowsecurity, c.relforcerowsecurity, c.relreplident)
    from pg_class as c where ${outside("c.relnamespace")}
    union all
    select format('column %s.%I', a.attrelid::regclass, a.attname), concat_ws(' ', a.atttypid::regtype, a.attnotnull, a.attacl::text)
    from pg_attribute as a join pg_class as c on c.oid = a.attrelid where ${
    outside("c.relnamespace")
  } and a.attnum > 0 and not a.attisdropped
    union all
    select 'function ' || p.oid::regprocedure, concat_ws(' ', p.proowner::regrole, array(select unnest(p.proacl)::text order by 1)::text, p.proconfig::text, md5(p.prosrc), p.prosecdef)
    from pg_proc as p where ${outside("p.pronamespace")}
    union all
    select 'type ' || t.oid::regtype, concat_ws(' ', t.typtype, t.typowner::regrole, t.typacl::text)
    from pg_type as t where ${outside("t.typnamespace")}
    union all
    select format('policy %s on %s', p.polname, p.polrelid::regclass), concat_ws(' ', p.polcmd, p.polroles::regrole[]::text, pg_get_expr(p.polqual, p.polrelid))
    from pg_policy as p where not exists (select from ours as o where o.oid = p.polrelid)
    union all
    select format('default privileges of %s in %s on %s', d.defaclrole::regrole, coalesce(d.defaclnamespace::regnamespace::text, 'every schema'), d.defaclobjtype), d.defaclacl::text
    from pg_default_acl as d
    union all
    select format('settings of %s in %s', coalesce(s.setrole::regrole::text, 'every role'), s.setdatabase), s.setconfig::text from pg_db_role_setting as s
    union all
    select 'role ' || r.rolname, (to_jsonb(r) - 'oid')::text || coalesce(shobj_description(r.oid, 'pg_authid'), '') from pg_roles as r
    union all
    select format('member %s of %s', m.member::regrole, m.roleid::regrole), m.admin_option::text from pg_auth_members as m
    union all
    select 'extension ' || e.extname, concat_ws(' ', e.extnamespace::regnamespace, e.extversion, e.extowner::regrole) from pg_extension as e
    union all
    select 'comment on ' || pg_describe_object(d.classoid, d.objoid, d.objsubid), d.description
    from pg_description as d where not exists (select from ours as o where o.classoid = d.classoid and o.oid = d.objoid)
      and pg_describe_object(d.classoid, d.objoid, d.objsubid) !~ '\\m(analytics|freshet)\\.'
    union all
    select 'published ' || p.prrelid::regclass, '' from pg_publication_rel as p
    union all
    select 'subscription ' || s.subname, '' from pg_subscription as s
    union all
    select 'parameter ' || p.parname, p.paracl::text from pg_parameter_acl as p
    union all
    select 'secret ' || s.name, s.description from vault.decrypted_secrets as s
    union all
    select 'job ' || j.jobname, concat_ws(' ', j.schedule, j.command, j.username, j.active) from cron.job as j
    ${
    NAMED.map((catalog) => `
    union all
    select pg_describe_object('${catalog}'::regclass, c.oid, 0), '' from ${catalog} as c
    where pg_describe_object('${catalog}'::regclass, c.oid, 0) !~ '\\m(analytics|freshet)\\.'`).join("")
  }`);
  const [buckets] = await sql`select to_regclass('storage.buckets') is not null as has_buckets`;
  const stored = buckets?.["has_buckets"] === true
    ? await sql`select 'bucket ' || b.name as name, to_jsonb(b)::text as said from storage.buckets as b`
    : [];
  return new Map([...rows, ...stored].map(({ name, said }) => [String(name), String(said ?? "")]));
}

/** "+ x" is there only afterwards, "- x" only before, "! x" is another. */
export function changesBetween(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  const gone = [...before.keys()].filter((name) => !after.has(name)).map((name) => `- ${name}`);
  const made = [...after].filter(([name, said]) => before.get(name) !== said)
    .map(([name]) => `${before.has(name) ? "!" : "+"} ${name}`);
  return [...gone, ...made].sort();
}
