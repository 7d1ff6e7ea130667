-- Object: private.detect_stale(), private.detect_unpopulated(), private.detect_stuck(), private.recent_durations() (replaced)
-- Why: an age that grew before the first pass is no news. What goes on growing is told one objective, or one limit,
--      after that pass. What is said in the alert is the whole age.

create or replace function private.detect_stale()
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform private.observe(
        kind => 'stale',
        subject => v.view_name,
        state => case
            -- Nobody can read it at all: detect_unpopulated says that.
            when not v.is_populated then 'unknown'
            when v.judged_age > coalesce(v.warn_after, v.stale_after) then 'bad'
            else 'ok'
        end,
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object(
            'view', v.view_name,
            'job', v.job_name,
            'schedule', v.schedule,
            'verified_at', v.verified_at,
            'stale_after_seconds', extract(epoch from v.stale_after)::bigint,
            'age_seconds', extract(epoch from v.age)::bigint,
            'severity', case when v.judged_age <= v.stale_after then 'warning' else 'error' end,
            'message', case
                when v.verified_at is null then 'never refreshed since it was registered'
                else format(
                    'last verified %s seconds ago, objective %s seconds',
                    extract(epoch from v.age)::bigint, extract(epoch from v.stale_after)::bigint
                )
            end
        )
    )
    from (
        select
            r.*,
            -- A view gets the time of one objective for its first refresh.
            clock_timestamp() - coalesce(r.verified_at, r.registered_at) as age,
            clock_timestamp() - greatest(coalesce(r.verified_at, r.registered_at), (select private.judged_since())) as judged_age,
            coalesce(
                (
                    select c.relispopulated from pg_catalog.pg_class as c
                    where c.oid = to_regclass(format('analytics.%I', r.view_name))
                ),
                true
            ) as is_populated
        from analytics.views as r
    ) as v
    order by v.view_name;

    perform private.withdraw_subjects('stale', array(select v.view_name from analytics.views as v));
end
$$;

create or replace function private.detect_unpopulated()
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform private.observe(
        kind => 'unpopulated',
        subject => v.view_name,
        state => case
            when c.relispopulated then 'ok'
            -- Made "with no data", a view gets the time of one objective for its first refresh, again from the first pass on.
            when v.refreshed_at is null
                and greatest(v.registered_at, (select private.judged_since())) > clock_timestamp() - v.stale_after
                then 'ok'
            else 'bad'
        end,
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object(
            'view', v.view_name,
            'job', v.job_name,
            'schedule', v.schedule,
            'message', case
                when v.refreshed_at is null then 'never refreshed since it was registered'
                else 'emptied "with no data" since its last refresh'
            end
        )
    )
    from analytics.views as v
    join pg_catalog.pg_class as c on c.oid = to_regclass(format('analytics.%I', v.view_name)) and c.relkind = 'm'
    order by v.view_name;

    perform private.withdraw_subjects('unpopulated', array(select v.view_name from analytics.views as v));
end
$$;

create or replace function private.detect_stuck()
returns void
language plpgsql
set search_path = ''
as $$
declare
    -- For jobs of which nobody said how long they may take.
    usual_limit constant interval := interval '6 hours';
begin
    perform private.observe(
        kind => 'stuck',
        subject => s.job_name,
        state => 'bad',
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object(
            'job', s.job_name,
            'schedule', private.schedule_of_job(s.job_name),
            'runid', s.runid,
            'pid', s.job_pid,
            'started_at', s.began_at,
            'message', format(
                'runs for %s seconds, and may for %s', extract(epoch from clock_timestamp() - s.began_at)::bigint,
                extract(epoch from s.max_runtime)::bigint
            )
        ),
        seen_since => s.began_at + s.max_runtime
    )
    from (
        select distinct on (o.job_name)
            o.job_name, o.runid, o.job_pid, coalesce(o.started_at, o.first_seen_at) as began_at,
            coalesce(d.max_runtime, usual_limit) as max_runtime
        from analytics.open_runs as o
        left join analytics.scheduled_jobs as d on d.job_name = o.job_name
        where o.given_up_at is null
            and private.is_run_alive(o)
            and greatest(coalesce(o.started_at, o.first_seen_at), private.judged_since())
                < clock_timestamp() - coalesce(d.max_runtime, usual_limit)
        order by o.job_name, o.runid
    ) as s
    order by s.job_name;

    perform private.observe('stuck', f.subject, 'ok', clock_timestamp(), '{}')
    from analytics.findings as f
    left join analytics.scheduled_jobs as d on d.job_name = f.subject
    where f.kind = 'stuck'
        and f.state = 'bad'
        and not exists (
            select
            from analytics.open_runs as o
            where o.job_name = f.subject
                and o.given_up_at is null
                and private.is_run_alive(o)
                and greatest(coalesce(o.started_at, o.first_seen_at), private.judged_since())
                    < clock_timestamp() - coalesce(d.max_runtime, usual_limit)
        );
end
$$;

create or replace function private.recent_durations(job_name text)
returns table (seconds numeric, place bigint)
language sql
stable
set search_path = ''
as $$
    -- A refresh that was skipped takes no time and proves nothing; the ledger knows which ones were real.
    (
        select extract(epoch from l.finished_at - l.started_at), row_number() over (order by l.id desc)
        from analytics.views as v
        cross join lateral (
            select r.id, r.started_at, r.finished_at, r.outcome
            from analytics.refresh_log as r
            where r.view_name = v.view_name
            order by r.id desc
            limit 500
        ) as l
        where v.job_name = recent_durations.job_name
            and l.outcome = 'refreshed'
            -- Asked once, and not for each row.
            and l.started_at >= (select private.judged_since())
        order by l.id desc
        limit 20
    )
    union all
    select d.seconds, cardinality(p.recent_seconds) + 1 - d.ordinal
    from analytics.job_pace as p
    cross join lateral unnest(p.recent_seconds) with ordinality as d (seconds, ordinal)
    where p.job_name = recent_durations.job_name
        and not exists (select from analytics.views as v where v.job_name = recent_durations.job_name);
$$;
