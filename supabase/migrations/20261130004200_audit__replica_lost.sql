-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

-- supabase/schemas/audit/detectors/watchable_views.sql

-- Object: freshet.watchable_views()
-- Why: views of the platform and of extensions are refreshed by their owners. Read by several detectors of each pass, so it is
--      PL/pgSQL, which plans its query once in a session.
create or replace function freshet.watchable_views()
returns table (relation oid, schema_name text, relation_name text, owner text, is_populated boolean, is_registered boolean, has_key boolean)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    return query
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
        -- An extension refreshes its own views.
        and not exists (
            select from pg_depend as d
            where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
        );
end
$$;

-- supabase/schemas/audit/incidents/is_still_running.sql

-- Object: freshet.is_still_running()
-- Why: an incident about a process is not over while the process works. Asked for each finding of each pass, so it is
--      PL/pgSQL, which plans its query once in a session.
create or replace function freshet.is_still_running(kind text, subject text)
returns boolean
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
    if kind not in ('stuck', 'detached', 'zombie') then
        return false;
    end if;
    return exists (
        select
        from analytics.incidents as i
        join freshet.cron_backends() as b
            on b.pid = (i.evidence ->> 'pid')::integer
            -- A process that started after the run has only inherited its number.
            and b.started_at <= coalesce((i.evidence ->> 'started_at')::timestamptz, i.first_seen_at) + interval '30 seconds'
        where i.kind = is_still_running.kind
            and i.subject = is_still_running.subject
            and i.closed_at is null
            and not b.is_scheduler
            and b.is_busy
    );
end
$$;

-- supabase/schemas/audit/incidents/recovery_threshold.sql

-- Object: freshet.recovery_threshold()
-- Why: one good run of a job that is due each minute proves little; for a nightly job it is all that can be waited for.
--      So, unless declared otherwise, a job has recovered when it has succeeded for five minutes in a row, and at least
--      once. Asked for each good finding of each pass, so it is PL/pgSQL, which plans its query once in a session.
create or replace function freshet.recovery_threshold(kind text, evidence jsonb)
returns bigint
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    return (
        select case
            when not k.has_job_thresholds then 1
            else coalesce(
                d.recovery_threshold,
                ceil(300 / nullif(extract(epoch from freshet.period_of_job(recovery_threshold.evidence ->> 'job')), 0)),
                1
            )
        end::bigint
        from analytics.alert_kinds as k
        left join analytics.scheduled_jobs as d
            on d.job_name = recovery_threshold.evidence ->> 'job'
            -- Another owner's job of this name has nothing to do with the declaration.
            and d.owner = coalesce(recovery_threshold.evidence ->> 'owner', d.owner)
        where k.kind = recovery_threshold.kind
    );
end
$$;

-- supabase/schemas/audit/incidents/withdraw_subjects.sql

-- Object: freshet.withdraw_subjects()
-- Why: a subject that no longer exists will never be observed as good. Called for each kind of each pass, so it is
--      PL/pgSQL, which plans its statements once in a session.
create or replace function freshet.withdraw_subjects(kind text, known_subjects text[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    update analytics.incidents as i
    set closed_at = clock_timestamp(), resolution = 'withdrawn',
        closed_in_pass = (select s.pass_count from analytics.audit_state as s)
    where (i.kind = withdraw_subjects.kind or i.kind = 'flapping' and i.evidence ->> 'of_kind' = withdraw_subjects.kind)
        and i.closed_at is null
        and i.subject <> all (known_subjects)
        and not freshet.is_still_running(i.kind, i.subject);

    delete from analytics.findings as f
    where f.kind = withdraw_subjects.kind
        and f.subject <> all (known_subjects)
        -- Stays open while its process works: it is observed until that ends.
        and not freshet.is_still_running(f.kind, f.subject);
end
$$;

-- supabase/schemas/audit/jobs/time_limit.sql

-- Object: freshet.time_limit()
-- Why: kinds about slow jobs need the limit that the server applies, which may come from the command, the role or the
--      database. Asked for each job of each pass, so it is PL/pgSQL, which plans its query once in a session.
create or replace function freshet.time_limit(command text, owner text, database text)
returns interval
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    return (
        with setting as (
            select coalesce(
                substring(command from '(?i)set\s+(?:local\s+|session\s+)?statement_timeout\s*(?:=|to)\s*''?\s*(\d+(?:\.\d*)?\s*(?:us|ms|s|min|h|d)?)(?![\w.])'),
                (
                    -- The most specific one counts: role in database, role, database.
                    select o.option_value
                    from pg_catalog.pg_db_role_setting as s
                    join pg_catalog.pg_roles as r on r.rolname = owner
                    join pg_catalog.pg_database as d on d.datname = database
                    cross join lateral pg_options_to_table(s.setconfig) as o
                    where o.option_name = 'statement_timeout'
                        and s.setrole in (0, r.oid) and s.setdatabase in (0, d.oid)
                    order by s.setrole <> 0 desc, s.setdatabase <> 0 desc
                    limit 1
                )
            ) as text
        ),
        split as (
            select
                -- A limit has ten digits at most, or the server refuses it and the run fails: a longer number is no limit.
                substring(s.text from '^(\d{1,10}(?:\.\d{0,9})?)(?!\d)')::numeric as amount,
                coalesce(substring(lower(s.text) from '[a-z]+$'), 'ms') as unit
            from setting as s
        ),
        counted as (
            select s.amount * case s.unit
                when 'us' then 0.001 when 'ms' then 1 when 's' then 1000 when 'min' then 60000 when 'h' then 3600000
                when 'd' then 86400000
            end as milliseconds
            from split as s
        )
        -- The greatest that the server accepts; 0 means none.
        select c.milliseconds::bigint * interval '1 millisecond' from counted as c where c.milliseconds between 1 and 2147483647
    );
end
$$;

-- supabase/schemas/audit/kinds/bundled_refreshes.sql

create or replace function freshet.detect_bundled_refreshes()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    began_at constant timestamptz := clock_timestamp();
    pattern constant text := 'refresh\s+materialized\s+view\s+(?:concurrently\s+)?(["\w.]+)|analytics\.refresh_view\(\s*''(\w+)''';
begin
    perform freshet.observe(
        kind => 'bundled_refreshes',
        subject => m.job_name,
        state => 'bad',
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object(
            'job', m.job_name,
            'schedule', m.schedule,
            'message', format('%s refreshes %s views at once', m.place, m.view_count)
        )
    )
    from (
        -- Few functions refresh anything, so they are found once and not once for each job: searching the text of every
        -- function for each job took four fifths of a pass.
        with candidates as materialized (
            -- Before their texts are searched: most functions are the server's or Freshet's own, which refresh one view
            -- each.
            select p.oid, p.proname, p.prosrc
            from pg_catalog.pg_proc as p
            join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
            where n.nspname not in ('analytics', 'freshet', 'pg_catalog', 'information_schema', 'cron')
        ),

        refreshing_functions as materialized (
            select
                'function ' || p.oid::regprocedure as place,
                p.prosrc as text,
                '\m' || regexp_replace(p.proname, '([^\w])', '\\\1', 'g') || '"?\s*\(' as call_pattern
            from candidates as p
            -- A procedure that commits between views does not bundle them.
            where p.prosrc ~* 'refresh\s+materialized'
                and p.prosrc !~* '\mcommit\M'
        ),

        jobs as (
            select c.job_name, c.schedule, c.command
            from freshet.known_cron_jobs() as c
            where c.active
        ),

        texts as (
            select j.job_name, j.schedule, 'its command' as place, j.command as text
            from jobs as j
            union all
            select j.job_name, j.schedule, r.place, r.text
            from jobs as j
            join refreshing_functions as r on j.command ~* r.call_pattern
        ),

        counted as (
            select t.job_name, t.schedule, t.place, count(distinct coalesce(f.found[1], f.found[2])) as view_count
            from texts as t
            cross join lateral regexp_matches(t.text, pattern, 'gi') as f (found)
            group by t.job_name, t.schedule, t.place
        )

        select distinct on (c.job_name) c.job_name, c.schedule, c.place, c.view_count
        from counted as c
        where c.view_count > 1
        order by c.job_name, c.view_count desc
    ) as m
    order by m.job_name;

    perform freshet.observe('bundled_refreshes', f.subject, 'ok', clock_timestamp(), '{}')
    from analytics.findings as f
    where f.kind = 'bundled_refreshes'
        and f.state = 'bad'
        and f.last_observed_at < began_at;
end
$$;

-- supabase/schemas/audit/kinds/replica_lost.sql

create function freshet.find_replica_lost()
returns setof freshet.audit_finding
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        'read address',
        jsonb_build_object(
            'message', format('FRESHET_READ_URL %s, in %s audits in a row; the primary answers all reads', r.fault, r.fault_count),
            'looked_at', r.looked_at,
            'answered_at', r.answered_at,
            'lag_ms', r.lag_ms
        )
    from analytics.read_address as r
    where r.fault_count >= 2 and r.looked_at > clock_timestamp() - interval '15 minutes';
$$;

revoke all on function freshet.find_replica_lost() from public, anon, authenticated;

comment on function freshet.find_replica_lost() is
    'Kind replica_lost: the row of analytics.read_address with a fault in two audits or more. Nothing where no audit has looked for 15 minutes: the setting was removed.';

-- supabase/schemas/audit/pass/note_read_address.sql

-- Object: analytics.note_read_address()
create function analytics.note_read_address(fault text, lag_ms bigint)
returns void
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    insert into analytics.read_address as r (answered_at, fault, fault_count, lag_ms)
    values (
        case when note_read_address.fault is null then clock_timestamp() end,
        left(note_read_address.fault, 500), (note_read_address.fault is not null)::integer, greatest(note_read_address.lag_ms, 0)
    )
    on conflict (is_the_one) do update
    set looked_at = clock_timestamp(),
        answered_at = coalesce(excluded.answered_at, r.answered_at),
        fault = excluded.fault,
        fault_count = case when excluded.fault is null then 0 else r.fault_count + 1 end,
        lag_ms = excluded.lag_ms;
$$;

revoke all on function analytics.note_read_address(text, bigint) from public, anon, authenticated;

grant execute on function analytics.note_read_address(text, bigint) to service_role;

comment on function analytics.note_read_address(text, bigint) is
    'Keeps what an audit found at the address that FRESHET_READ_URL names. Service role only. fault: null where it answers as it should; lag_ms: null where that is not known.';

-- supabase/schemas/audit/pass/read_address.sql

-- Object: analytics.read_address
-- Grain: one row once an audit has looked at the address that FRESHET_READ_URL names
-- Why: what a lost replica cannot answer the primary does, so no request fails, and the primary carries all reads. The
--      database does not know the address; the function that audits does, and looks at it in each audit.
create table analytics.read_address (
    is_the_one boolean primary key default true check (is_the_one),
    looked_at timestamptz not null default clock_timestamp(),
    answered_at timestamptz,
    fault text,
    fault_count integer not null default 0 check (fault_count >= 0),
    lag_ms bigint check (lag_ms >= 0)
);

alter table analytics.read_address enable row level security;

revoke all on table analytics.read_address from public, anon, authenticated;

comment on table analytics.read_address is 'Written by analytics.note_read_address() in each audit of a deployment that has FRESHET_READ_URL.';

comment on column analytics.read_address.looked_at is 'When an audit last looked. Older than 15 minutes: the setting was removed, or no audit runs.';

comment on column analytics.read_address.answered_at is 'When it last answered without a fault; null: never.';

comment on column analytics.read_address.fault is 'What was wrong at the last look; null: nothing.';

comment on column analytics.read_address.fault_count is 'Looks in a row that found a fault.';

comment on column analytics.read_address.lag_ms is
    'How far the server there was behind at the last look, in milliseconds: an upper bound; null: not known.';

-- supabase/schemas/audit/slots/known_cron_jobs.sql

-- Object: freshet.known_cron_jobs()
-- Why: pg_cron's key is the name and the owner. Where two owners have a job of one name, one of them keeps the plain
--      name and the others are named after their owner too, so that no run, slot or incident of one is taken for the
--      other's. Read by most detectors of each pass, so it is PL/pgSQL, which plans its query once in a session.
create or replace function freshet.known_cron_jobs()
returns table (
    job_name text,
    jobid bigint,
    schedule text,
    command text,
    owner text,
    database text,
    active boolean
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    return query
    select
        -- Almost no name is long, and a function call for each job would be the greatest cost here.
        case when octet_length(k.told) <= 200 then k.told else freshet.short_name(k.told) end,
        k.jobid, k.schedule, k.command, k.username, k.database, k.active
    from (
        select
            case
                when d.job_name is not null then d.job_name
                -- Of those that are not declared: the audit's own, else the oldest; unless the name is taken.
                when j.username = first_value(j.username) over (
                    partition by n.job_name
                    order by coalesce(d.job_name = n.job_name, false) desc, (d.job_name is null) desc, (j.username = current_user) desc, j.jobid
                )
                    then n.job_name
                else format('%s of %s', n.job_name, j.username)
            end as told,
            j.jobid, j.schedule, j.command, j.username, j.database, j.active
        from cron.job as j
        cross join lateral (select coalesce(j.jobname::text, 'jobid:' || j.jobid) as job_name) as n
        left join (
            select distinct on (coalesce(s.cron_name, s.job_name), s.owner)
                s.job_name, s.owner::text as owner, coalesce(s.cron_name, s.job_name) as cron_name
            from analytics.scheduled_jobs as s
            order by coalesce(s.cron_name, s.job_name), s.owner, s.cron_name is not null, s.job_name
        ) as d on d.cron_name = n.job_name and d.owner = j.username
    ) as k;
end
$$;

-- supabase/schemas/audit/kinds/replica_lost.sql

-- Kind: replica_lost
-- Means: the address that FRESHET_READ_URL names has not answered as a replica should in two audits in a row.
-- Why: the primary answers all reads meanwhile, so no request fails and no other kind sees it; what the replica was for,
--      the primary's load, is gone.
-- Why two: a replica that is restarted misses one.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('replica_lost', 'warning', false, true, 'The address that reads are sent to does not answer as a replica should.')
on conflict (kind) do update set severity = excluded.severity, has_job_thresholds = excluded.has_job_thresholds, can_flap = excluded.can_flap, summary = excluded.summary;

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    1036, 'replica_lost',
    'freshet.observe_findings(''replica_lost'', array(select f from freshet.find_replica_lost() as f), array(select ''read address'' from analytics.read_address as r where r.looked_at > clock_timestamp() - interval ''15 minutes''))',
    false
)
on conflict (detector) do update set place = excluded.place, call = excluded.call, needs_history = excluded.needs_history;

insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values (
    'source_unwatched', 'error', false, false,
    'A trigger that logs the writes to a source of a view is missing or disabled: each refresh computes everything.'
)
on conflict (kind) do update set severity = excluded.severity, has_job_thresholds = excluded.has_job_thresholds, can_flap = excluded.can_flap, summary = excluded.summary;

reset check_function_bodies;
