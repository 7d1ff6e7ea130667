import type postgres from "postgres";

/** What a database holds, by the name of each thing: "column analytics.views.pack" and its definition. */
export type Description = ReadonlyMap<string, string>;

/** Rows that migrations declare, without the columns that the product writes later. */
const DECLARED_ROWS: Readonly<Record<string, string>> = {
  "analytics.views": `select view_name as name, to_jsonb(t) - '{version, refreshed_at, verified_at, source_as_of,
    source_snapshot, row_count, rejected_count, registered_at, watched_tables, watch_state}'::text[] as row from analytics.views as t`,
  "analytics.view_sources":
    "select view_name || ' ' || source::text as name, to_jsonb(t) as row from analytics.view_sources as t",
  "analytics.incremental_views":
    `select view_name as name, jsonb_build_object('row_key', row_key, 'group_key', group_key,
    'rebuild_on', rebuild_on::text[]) as row from analytics.incremental_views as t`,
  "analytics.live_relations":
    "select live_name as name, to_jsonb(t) - 'registered_at' as row from analytics.live_relations as t",
  "analytics.scheduled_jobs":
    "select job_name as name, to_jsonb(t) - 'declared_at' as row from analytics.scheduled_jobs as t",
  "analytics.alert_kinds": "select kind as name, to_jsonb(t) as row from analytics.alert_kinds as t",
  "analytics.alert_causes": "select kind || ' ' || cause as name, to_jsonb(t) as row from analytics.alert_causes as t",
  "analytics.audit_detectors": `select detector as name, to_jsonb(t) - '{was_skipped, out_of_time_at}'::text[] as row
    from analytics.audit_detectors as t`,
  "analytics.event_channels": "select channel as name, to_jsonb(t) - 'is_on' as row from analytics.event_channels as t",
  "freshet.claim_paths":
    "select 'paths' as name, to_jsonb(t) - '{of_functions,noted_at,differing_count}'::text[] as row from freshet.claim_paths as t",
  "analytics.alert_channels": "select channel as name, '{}'::jsonb as row from analytics.alert_channels as t",
  "analytics.retention": "select history as name, to_jsonb(t) - 'swept' as row from analytics.retention as t",
  "cron.job":
    `select jobname as name, jsonb_build_object('schedule', schedule, 'command', command, 'username', username,
    'active', active) as row from cron.job as t`,
};

/** Monthly partitions depend on the date, and objects of an extension are not ours. */
const OURS = `
  n.nspname in ('analytics', 'freshet', 'public')
  and c.relname !~ '_y[0-9]{4}m[0-9]{2}'
  and not exists (select from pg_depend as e where e.objid = c.oid and e.deptype = 'e')`;

const OBJECTS = `
  with ours as (
    select c.oid, c.relkind, c.relacl, c.relowner, c.relrowsecurity, c.reloptions, c.relispartition, format('%I.%I', n.nspname, c.relname) as name
    from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'c', 'S') and ${OURS}
  ), routines as (
    select p.oid, p.proacl, p.proowner, p.oid::regprocedure::text as name
    from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace
    where n.nspname in ('analytics', 'freshet', 'public')
      and not exists (select from pg_depend as e where e.objid = p.oid and e.deptype = 'e')
  )
  select 'relation ' || name as name, concat_ws(' ', relkind, relrowsecurity, reloptions::text, pg_get_partkeydef(oid),
    case when relkind in ('v', 'm') then pg_get_viewdef(oid) end, obj_description(oid, 'pg_class')) as definition from ours
  union all
  select 'privileges ' || name, coalesce(relacl, acldefault(case relkind when 'S' then 's' else 'r' end::"char", relowner))::text from ours
  union all
  select format('column %s.%I', o.name, a.attname), concat_ws(' ', format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
    a.attgenerated, pg_get_expr(d.adbin, d.adrelid), col_description(o.oid, a.attnum))
  from ours as o join pg_attribute as a on a.attrelid = o.oid and a.attnum > 0 and not a.attisdropped
  left join pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
  union all
  select 'columns ' || o.name, string_agg(a.attname, ', ' order by a.attnum)
  from ours as o join pg_attribute as a on a.attrelid = o.oid and a.attnum > 0 and not a.attisdropped group by o.name
  union all
  select format('constraint %s.%I', o.name, k.conname), pg_get_constraintdef(k.oid) from ours as o join pg_constraint as k on k.conrelid = o.oid
  union all
  select 'index ' || i.indexrelid::regclass, pg_get_indexdef(i.indexrelid) from ours as o join pg_index as i on i.indrelid = o.oid
  union all
  select format('statistics %s.%I', x.stxnamespace::regnamespace, x.stxname), pg_get_statisticsobjdef(x.oid)
  from ours as o join pg_statistic_ext as x on x.stxrelid = o.oid
  union all
  select format('trigger %s.%I', o.name, t.tgname), concat_ws(' ', pg_get_triggerdef(t.oid), t.tgenabled)
  from ours as o join pg_trigger as t on t.tgrelid = o.oid and not t.tgisinternal
  union all
  select format('policy %s.%I', o.name, p.polname), concat_ws(' ', p.polcmd, p.polpermissive, p.polroles::regrole[]::text,
    pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)) from ours as o join pg_policy as p on p.polrelid = o.oid
  union all
  select 'enum ' || t.oid::regtype, string_agg(e.enumlabel, ', ' order by e.enumsortorder)
  from pg_type as t join pg_namespace as n on n.oid = t.typnamespace join pg_enum as e on e.enumtypid = t.oid
  where n.nspname in ('analytics', 'freshet', 'public') group by t.oid
  union all
  select 'function ' || name, concat_ws(E'\\n', pg_get_functiondef(oid), obj_description(oid, 'pg_proc')) from routines
  union all
  select 'privileges ' || name, coalesce(proacl, acldefault('f', proowner))::text from routines
  union all
  select 'schema ' || nspname, concat_ws(' ', array(select unnest(nspacl)::text order by 1)::text, obj_description(oid, 'pg_namespace')) from pg_namespace
  where nspname in ('analytics', 'freshet')
  union all
  select 'role ' || r.rolname, concat_ws(' ', to_jsonb(r) - '{oid, rolname, rolpassword, rolvaliduntil}'::text[],
    shobj_description(r.oid, 'pg_authid')) from pg_roles as r where shobj_description(r.oid, 'pg_authid') like 'Freshet: %'`;

/** Reads the catalogs and the declared rows. The same on every version of PostgreSQL as far as their texts are. */
export async function describeDatabase(sql: postgres.ISql): Promise<Description> {
  const described = new Map<string, string>();
  const objects = await sql.unsafe(OBJECTS);
  for (const row of objects) described.set(String(row["name"]), String(row["definition"]));
  for (const [table, query] of Object.entries(DECLARED_ROWS)) {
    // A migration that is being drafted may be the one that makes the table.
    const [there] = await sql`select to_regclass(${table}) is not null as is_there`;
    if (there?.["is_there"] !== true) continue;
    for (const row of await sql.unsafe(query)) described.set(`row ${table} ${row["name"]}`, JSON.stringify(row["row"]));
  }
  return described;
}

/** One line for each thing that only one side has or that differs; empty when both hold the same. */
export function differences(left: Description, right: Description): string[] {
  const names = [...new Set([...left.keys(), ...right.keys()])].sort();
  return names.filter((name) => left.get(name) !== right.get(name)).map((name) => {
    if (!right.has(name)) return `- ${name}`;
    if (!left.has(name)) return `+ ${name}`;
    return `! ${name}\n    - ${firstDifference(left.get(name), right.get(name))}\n    + ${
      firstDifference(right.get(name), left.get(name))
    }`;
  });
}

/** The first line in which a text differs from another. */
function firstDifference(text = "", other = ""): string {
  const others = other.split("\n");
  return text.split("\n").find((line, at) => line !== others[at])?.trim() ?? "(shorter)";
}
