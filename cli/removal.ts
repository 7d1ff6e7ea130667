import type { Manifest } from "./manifest.ts";
import { isOutside, objectsOf, type Selection } from "./selection.ts";

export const REMOVED = "freshet__removed";

export interface Removal {
  /** Also views that packs of the project's own registered. */
  readonly drops_views: boolean;
  /** Also the tables of identity and of packs, with their rows. */
  readonly drops_tables: boolean;
}

/**
 * The migration that takes Freshet out. It is one statement, which raises, and then has done nothing, while something of the
 * project still stands on what would go.
 */
export function removalSql(manifest: Manifest, selection: Selection, removal: Removal): string {
  const areas = objectsOf(manifest, selection);
  const tables = areas.flatMap(({ relations }) => relations).filter(isOutside);
  const types = areas.flatMap((area) => area.types).filter(isOutside);
  const functions = areas.flatMap((area) => Object.keys(area.functions)).filter(isOutside);
  const roles = areas.flatMap((area) => area.roles);
  return `-- Takes Freshet ${manifest.version} out, and leaves what was here before.
do $freshet$
declare
    packs constant text[] := ${textArray(selection.with)};
    own_tables constant text[] := ${textArray(tables)};
    own_functions constant text[] := ${textArray(functions)};
    found_extensions constant text[] := array(select b.name from freshet.found_before as b where b.kind = 'extension');
    found_roles constant text[] := array(select b.name from freshet.found_before as b where b.kind = 'role');
    found_secrets constant text[] := array(select b.name from freshet.found_before as b where b.kind = 'secret');
    found_buckets constant text[] := array(select b.name from freshet.found_before as b where b.kind = 'bucket');
    standing text;
    named text;
    job bigint;
begin
${removal.drops_views ? "" : REFUSE_VIEWS}${REFUSE_DEPENDENTS}
    -- Jobs, with their history.
    for job in select j.jobid from cron.job as j where j.command ~ '\\m(analytics|freshet)\\.' loop
        perform cron.unschedule(job);
        delete from cron.job_run_details as d where d.jobid = job;
    end loop;

    -- Triggers on the project's tables go with the functions that they call, and policies of ours likewise.
    drop schema analytics cascade;
    drop schema freshet cascade;
${DROP_FUNCTIONS}${removal.drops_tables ? dropTables(tables, types) : ""}${dropRoles(roles)}
    delete from vault.secrets as s
    where (s.name like 'freshet\\_%' or s.name = 'project_url') and not s.name = any (found_secrets);

    -- A bucket with files is left: their removal is the storage's work, docs/remove.md says how.
    if to_regclass('storage.buckets') is not null and not 'exports' = any (found_buckets) then
        perform set_config('storage.allow_delete_query', 'true', true);
        delete from storage.buckets as b
        where b.id = 'exports' and not exists (select from storage.objects as o where o.bucket_id = b.id);
    end if;
${DROP_EXTENSIONS}end
$freshet$;
`;
}

function textArray(names: readonly string[]): string {
  return `array[${names.map((name) => `'${name.replaceAll("'", "''")}'`).join(", ")}]::text[]`;
}

const REFUSE_VIEWS = `    select string_agg(r.name, ', ' order by r.name) into standing
    from (
        select v.view_name as name from analytics.views as v where not v.pack = any (packs)
        union
        select l.live_name from analytics.live_relations as l where not l.pack = any (packs)
    ) as r;
    if standing is not null then
        raise exception using
            errcode = 'dependent_objects_still_exist',
            message = 'views of yours are registered: ' || standing,
            hint = 'They go too with: npx freshet remove --drop-views';
    end if;

`;

/** What would be dropped by the cascade although it is the project's: triggers aside, which only note changes for us. */
const REFUSE_DEPENDENTS = `    with schemas as (
        select n.oid from pg_catalog.pg_namespace as n where n.nspname in ('analytics', 'freshet')
    ),
    ours as (
        select 'pg_class'::regclass as classid, c.oid from pg_catalog.pg_class as c where c.relnamespace in (select s.oid from schemas as s)
        union all
        select 'pg_proc'::regclass, p.oid from pg_catalog.pg_proc as p where p.pronamespace in (select s.oid from schemas as s)
        union all
        select 'pg_type'::regclass, t.oid from pg_catalog.pg_type as t where t.typnamespace in (select s.oid from schemas as s)
    ),
    dependents as (
        select d.classid, d.objid, d.objsubid,
            coalesce(
                (select r.ev_class from pg_catalog.pg_rewrite as r where d.classid = 'pg_rewrite'::regclass and r.oid = d.objid),
                (select t.tgrelid from pg_catalog.pg_trigger as t where d.classid = 'pg_trigger'::regclass and t.oid = d.objid),
                (select a.adrelid from pg_catalog.pg_attrdef as a where d.classid = 'pg_attrdef'::regclass and a.oid = d.objid),
                (select p.polrelid from pg_catalog.pg_policy as p where d.classid = 'pg_policy'::regclass and p.oid = d.objid),
                (select nullif(c.conrelid, 0) from pg_catalog.pg_constraint as c where d.classid = 'pg_constraint'::regclass and c.oid = d.objid),
                (select c.oid from pg_catalog.pg_class as c where d.classid = 'pg_class'::regclass and c.oid = d.objid)
            ) as relation
        from pg_catalog.pg_depend as d
        join ours as o on o.classid = d.refclassid and o.oid = d.refobjid
        where d.deptype in ('n', 'a') and d.classid <> 'pg_trigger'::regclass
    ),
    foreign_ones as (
        select distinct pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid) as name
        from dependents as d
        left join pg_catalog.pg_class as c on c.oid = d.relation
        left join pg_catalog.pg_proc as p on d.classid = 'pg_proc'::regclass and p.oid = d.objid
        left join pg_catalog.pg_type as t on d.classid = 'pg_type'::regclass and t.oid = d.objid
        where coalesce(c.relnamespace, p.pronamespace, t.typnamespace) not in (select s.oid from schemas as s)
            and not coalesce(c.relnamespace::regnamespace || '.' || c.relname = any (own_tables), false)
            and not coalesce(p.pronamespace::regnamespace || '.' || p.proname = any (own_functions), false)
            and not coalesce(
                exists (
                    select from pg_catalog.pg_inherits as i
                    join pg_catalog.pg_class as parent on parent.oid = i.inhparent
                    where i.inhrelid = c.oid and parent.relnamespace::regnamespace || '.' || parent.relname = any (own_tables)
                ), false
            )
    )
    select string_agg(f.name, ', ' order by f.name) into standing from foreign_ones as f;
    if standing is not null then
        raise exception using
            errcode = 'dependent_objects_still_exist',
            message = 'objects of yours read what would go: ' || standing,
            hint = 'Drop them, or let them read something else, in a migration before this one.';
    end if;

`;

const DROP_FUNCTIONS = `
    for named in
        select p.oid::regprocedure::text from pg_catalog.pg_proc as p
        where p.pronamespace::regnamespace || '.' || p.proname = any (own_functions)
    loop
        execute 'drop function ' || named;
    end loop;
`;

function dropTables(tables: readonly string[], types: readonly string[]): string {
  const all = [
    ...tables.map((name) => `drop table if exists ${name} cascade`),
    ...types.map((name) => `drop type if exists ${name}`),
  ];
  return all.length === 0 ? "" : `\n${all.map((statement) => `    ${statement};\n`).join("")}`;
}

function dropRoles(roles: readonly string[]): string {
  return roles.map((role) => `
    if not '${role}' = any (found_roles) and to_regrole('${role}') is not null then
        begin
            drop role ${role};
        exception
            when dependent_objects_still_exist then
                raise notice 'role ${role} still holds privileges, and is left';
        end;
    end if;
`).join("");
}

/** An extension that came with us stays if anything that can be seen here uses it. */
const DROP_EXTENSIONS = `
    foreach named in array array['pg_cron', 'pg_net', 'pgcrypto', 'supabase_vault'] loop
        continue when named = any (found_extensions);
        continue when not exists (select from pg_catalog.pg_extension as e where e.extname = named);
        continue when named = 'pg_cron' and exists (select from cron.job);
        continue when named = 'supabase_vault' and exists (select from vault.secrets);
        continue when exists (
            select from pg_catalog.pg_proc as p
            where p.pronamespace not in (
                    select n.oid from pg_catalog.pg_namespace as n
                    where n.nspname in ('pg_catalog', 'information_schema', 'cron', 'net', 'vault', 'extensions')
                )
                and p.prosrc ~ case named
                    when 'pg_cron' then '\\mcron\\.'
                    when 'pg_net' then '\\mnet\\.'
                    when 'supabase_vault' then '\\mvault\\.'
                    else '\\m(crypt|digest|hmac|gen_salt|gen_random_bytes|pgp_\\w+)\\('
                end
        );
        begin
            execute format('drop extension %I', named);
        exception
            when others then
                raise notice 'extension % is left: %', named, sqlerrm;
        end;
    end loop;
`;
