-- Object: private.refreshes_of_jobs(), analytics.unwatched_views, private.detect_unrefreshed(), private.detect_refresh_denied(),
--         private.detect_locking_refresh(); kinds unrefreshed, refresh_denied, locking_refresh
-- Grain: unwatched_views: one row per view that may stay without a job
-- Why: a view that no job refreshes is never wrong and never right; a job whose role does not own its view fails at night; and a
--      plain refresh keeps every reader waiting where a concurrent one would keep none. All three stand in the catalog.

insert into analytics.alert_kinds (kind, severity, has_job_thresholds, summary)
values
    ('unrefreshed', 'warning', false, 'Materialized views that no job refreshes: their rows are those of the last time that a hand did.'),
    ('refresh_denied', 'error', false, 'A job refreshes a view that its role does not own: every run of it fails.'),
    ('locking_refresh', 'warning', false, 'A job refreshes a view so that its readers wait, though the view could be refreshed concurrently.');

-- The failures follow from it.
insert into analytics.alert_causes (kind, cause, reach, rank) values ('failed', 'refresh_denied', 'job', 6);

create table analytics.unwatched_views (
    view_name text primary key check (view_name ~ '^[^.]+\..+$'),
    reason text,
    added_at timestamptz not null default now()
);
alter table analytics.unwatched_views enable row level security;
revoke all on table analytics.unwatched_views from public, anon, authenticated;
comment on table analytics.unwatched_views is 'Materialized views that may stay without a job. Written by hand.';
comment on column analytics.unwatched_views.view_name is 'schema.name, as kind unrefreshed tells it.';

create function private.refreshes_in(text text)
returns table (schema_name text, relation_name text, is_concurrent boolean, is_emptying boolean)
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    with found as (
        select regexp_matches(
            refreshes_in.text,
            '\mrefresh\s+materialized\s+view\s+(concurrently\s+)?(?:("[^"]+"|[\w$]+)\s*\.\s*)?("[^"]+"|[\w$]+)(\s+with\s+no\s+data)?', 'gi'
        ) as parts
    ),
    parted as (
        select
            case when f.parts[2] like '"%' then btrim(f.parts[2], '"') else lower(f.parts[2]) end as schema_name,
            case when f.parts[3] like '"%' then btrim(f.parts[3], '"') else lower(f.parts[3]) end as relation_name,
            f.parts[1] is not null as is_concurrent,
            f.parts[4] is not null as is_emptying
        from found as f
    )
    -- What is left of "concurrently" where the name is put together at run time.
    select p.* from parted as p where p.relation_name <> 'concurrently';
$$;
revoke all on function private.refreshes_in(text) from public, anon, authenticated;
comment on function private.refreshes_in(text) is 'The refreshes that a text spells out; those that are put together at run time are not among them.';

create function private.is_dynamic_refresh(text text)
returns boolean
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select is_dynamic_refresh.text ~* '\mrefresh\s+materialized\s+view\s+(concurrently\s*)?(%|''|\$)';
$$;
revoke all on function private.is_dynamic_refresh(text) from public, anon, authenticated;
comment on function private.is_dynamic_refresh(text) is 'Whether a text refreshes a view whose name is put together at run time.';

create function private.watchable_views()
returns table (relation oid, schema_name text, relation_name text, owner text, is_populated boolean, is_registered boolean, has_key boolean)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        c.oid, n.nspname::text, c.relname::text, pg_get_userbyid(c.relowner)::text, c.relispopulated,
        n.nspname = 'analytics' and exists (select from analytics.views as v where v.view_name = c.relname),
        exists (
            select
            from pg_index as i
            where i.indrelid = c.oid and i.indisunique and i.indisvalid and i.indimmediate and i.indpred is null
                and not (0 = any (i.indkey::int2[]))
        )
    from pg_class as c
    join pg_namespace as n on n.oid = c.relnamespace
    where c.relkind = 'm'
        and n.nspname !~ '^(pg_|_realtime|supabase_)'
        and n.nspname not in (
            'information_schema', 'auth', 'storage', 'realtime', 'extensions', 'graphql', 'graphql_public', 'vault', 'cron', 'net',
            'pgbouncer', 'pgsodium'
        )
        -- An extension looks after its own.
        and not exists (
            select from pg_depend as d
            where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
        );
$$;
revoke all on function private.watchable_views() from public, anon, authenticated;
comment on function private.watchable_views() is 'Materialized views of the database that are neither the platform''s nor an extension''s.';

create function private.refreshes_of_jobs()
returns table (
    job_name text, jobid bigint, schedule text, acts_as text, place text, is_dynamic boolean,
    relation oid, view_name text, is_concurrent boolean, is_emptying boolean
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with texts as materialized (
        -- Once for each text, and not for each refresh in it: a command may spell out ten thousand.
        select t.*, private.is_dynamic_refresh(t.text) as is_dynamic
        from private.texts_of_jobs('\mrefresh\s+materialized\s+view\M') as t
    ),

    views as materialized (select w.* from private.watchable_views() as w)

    select
        t.job_name, t.jobid, t.schedule, t.acts_as, t.place, t.is_dynamic,
        v.relation, v.schema_name || '.' || v.relation_name, r.is_concurrent, r.is_emptying
    from texts as t
    left join lateral (select distinct n.* from private.refreshes_in(t.text) as n) as r on true
    left join views as v on v.relation_name = r.relation_name and v.schema_name = coalesce(r.schema_name, v.schema_name);
$$;
revoke all on function private.refreshes_of_jobs() from public, anon, authenticated;
comment on function private.refreshes_of_jobs() is
    'Which views the active jobs refresh, as far as their commands and the functions that they call spell it out. A name without a schema means each view of that name.';

create function private.find_unrefreshed_views()
returns text[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    candidates constant text[] := array(
        select w.schema_name || '.' || w.relation_name
        from private.watchable_views() as w
        where not w.is_registered
            and not exists (
                select from analytics.unwatched_views as u where u.view_name = w.schema_name || '.' || w.relation_name
            )
        order by 1
    );
begin
    if candidates = '{}' then
        return candidates;
    end if;
    return array(
        with refreshes as materialized (select r.view_name, r.is_dynamic from private.refreshes_of_jobs() as r)
        select c.name
        from unnest(candidates) as c (name)
        where not exists (select from refreshes as r where r.view_name = c.name or r.is_dynamic)
            -- Or a write refreshes it.
            and not exists (
                select
                from pg_trigger as t
                join pg_proc as p on p.oid = t.tgfoid
                where not t.tgisinternal and t.tgenabled <> 'D' and p.prosrc ~* '\mrefresh\s+materialized\s+view\M'
                    and (
                        private.is_dynamic_refresh(p.prosrc)
                        or exists (
                            select from private.refreshes_in(p.prosrc) as f
                            where c.name like '%.' || replace(replace(f.relation_name, '\', '\\'), '_', '\_')
                        )
                    )
            )
        order by c.name
    );
end
$$;
revoke all on function private.find_unrefreshed_views() from public, anon, authenticated;
comment on function private.find_unrefreshed_views() is
    'Views that are not registered and that neither a job nor a trigger refreshes. Empty where a job refreshes names that it puts together: which ones is not known.';

create function private.detect_unrefreshed()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    views constant text[] := private.find_unrefreshed_views();
begin
    -- All of them are one incident. A view more is news, and told by a new one.
    update analytics.incidents as i
    set closed_at = clock_timestamp(), resolution = 'escalated'
    where i.kind = 'unrefreshed' and i.closed_at is null
        and views <> '{}'
        and exists (select from unnest(views) as v (name) where not coalesce(i.evidence -> 'views' ? v.name, false));

    perform private.observe(
        kind => 'unrefreshed',
        subject => 'materialized views',
        state => case when views = '{}' then 'ok' else 'bad' end,
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object(
            'views', to_jsonb(views),
            'message', format(
                'no job refreshes %s: %s', case cardinality(views) when 1 then 'this materialized view' else cardinality(views) || ' materialized views' end,
                array_to_string(views[1:20], ', ') || case when cardinality(views) > 20 then ', …' else '' end
            )
        )
    )
    where views <> '{}' or private.is_watched('unrefreshed', 'materialized views');
end
$$;
revoke all on function private.detect_unrefreshed() from public, anon, authenticated;
comment on function private.detect_unrefreshed() is 'Kind unrefreshed: one incident for all views that no job refreshes.';

create function private.may_refresh(role text, relation oid)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    role_id constant oid := to_regrole(quote_ident(role));
begin
    -- A role that is gone is told as that.
    if role_id is null then
        return true;
    end if;
    if pg_has_role(role_id, (select c.relowner from pg_class as c where c.oid = relation), 'usage') then
        return true;
    end if;
    return current_setting('server_version_num')::integer >= 170000 and has_table_privilege(role_id, relation, 'maintain');
end
$$;
revoke all on function private.may_refresh(text, oid) from public, anon, authenticated;
comment on function private.may_refresh(text, oid) is 'Whether a role may refresh a view: as (a member of) its owner, as a superuser, and from PostgreSQL 17 on by MAINTAIN.';

create function private.find_refreshes_denied()
returns setof private.audit_finding
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with refreshes as materialized (select r.* from private.refreshes_of_jobs() as r where r.relation is not null)
    select
        r.view_name,
        jsonb_build_object(
            'view', r.view_name,
            'job', min(r.job_name),
            'jobs', jsonb_agg(distinct r.job_name),
            'jobid', min(r.jobid),
            'schedule', min(r.schedule),
            'owner', pg_get_userbyid(min(c.relowner))::text,
            'message', format(
                'job "%s" refreshes view "%s" as role "%s", and it belongs to role "%s"', min(r.job_name), r.view_name,
                min(r.acts_as), pg_get_userbyid(min(c.relowner))
            )
        )
    from refreshes as r
    join pg_class as c on c.oid = r.relation
    where not private.may_refresh(r.acts_as, r.relation)
        -- Of several views of one name, one that it may refresh is the one that is meant.
        and not exists (
            select from refreshes as o
            where o.jobid = r.jobid and o.place = r.place and o.relation <> r.relation
                and split_part(o.view_name, '.', 2) = split_part(r.view_name, '.', 2)
        )
        -- It may become another role in between.
        and not exists (
            select from cron.job as j
            where j.jobid = r.jobid and j.command ~* '\mset\s+(session\s+|local\s+)?(role|session\s+authorization)\M'
        )
    group by r.view_name;
$$;
revoke all on function private.find_refreshes_denied() from public, anon, authenticated;
comment on function private.find_refreshes_denied() is 'Views that a job refreshes as a role that may not.';

create function private.find_locking_refreshes()
returns setof private.audit_finding
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with refreshes as materialized (select r.* from private.refreshes_of_jobs() as r where r.relation is not null)
    select
        r.job_name,
        jsonb_build_object(
            'job', r.job_name,
            'jobid', min(r.jobid),
            'schedule', min(r.schedule),
            'view', min(r.view_name),
            'message', format(
                'job "%s" refreshes %s so that every reader waits until it has ended (%s); %s a unique index, and could be refreshed concurrently',
                r.job_name, string_agg(distinct r.view_name, ', '), min(r.place),
                case when count(distinct r.view_name) = 1 then 'it has' else 'they have' end
            )
        )
    from refreshes as r
    join private.watchable_views() as w on w.relation = r.relation
    where not r.is_concurrent and not r.is_emptying and w.has_key and w.is_populated
        and not exists (
            select from refreshes as o
            where o.jobid = r.jobid and o.relation = r.relation and (o.is_concurrent or o.is_emptying)
        )
    group by r.job_name;
$$;
revoke all on function private.find_locking_refreshes() from public, anon, authenticated;
comment on function private.find_locking_refreshes() is
    'Jobs that refresh a view plainly although its unique index allows a concurrent refresh. Not where one and the same job does both, by turns.';

create function private.detect_refreshes()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform private.detect_unrefreshed();
    perform private.observe_findings(
        'refresh_denied',
        array(select f from private.find_refreshes_denied() as f),
        array(select w.schema_name || '.' || w.relation_name from private.watchable_views() as w)
    );
    perform private.observe_findings(
        'locking_refresh',
        array(select f from private.find_locking_refreshes() as f),
        array(select j.job_name from private.known_cron_jobs() as j)
    );
end
$$;
revoke all on function private.detect_refreshes() from public, anon, authenticated;
comment on function private.detect_refreshes() is 'Kinds unrefreshed, refresh_denied and locking_refresh.';
