-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

alter table analytics.retention drop constraint if exists retention_history_check;

alter table analytics.retention add constraint retention_history_check CHECK ((history = ANY (ARRAY['runs'::text, 'refresh_log'::text, 'refresh_requests'::text, 'http_calls'::text, 'outbox'::text, 'incidents'::text, 'access_log'::text, 'export_jobs'::text, 'operator_actions'::text])));

-- supabase/schemas/audit/lists/list_actions.sql

-- Object: analytics.list_actions()
-- Serves: /analytics/ops/actions
-- Why: who did what, newest first, a page at a time.
create function analytics.list_actions(
    action text default null,
    subject text default null,
    before_id bigint default null,
    page_size integer default 50
)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
    with matching as (
        select a.*
        from analytics.operator_actions as a
        where a.action_id < coalesce(before_id, 9223372036854775807)
            and (list_actions.action is null or a.action = list_actions.action)
            and (list_actions.subject is null or a.subject = list_actions.subject)
        order by a.action_id desc
        -- One row more than the page, to know whether another page follows.
        limit page_size + 1
    ),
    page as (
        select m.* from matching as m order by m.action_id desc limit page_size
    )
    select jsonb_build_object(
        'rows', coalesce(jsonb_agg(to_jsonb(p) order by p.action_id desc), '[]'),
        'next_cursor', case when (select count(*) from matching) > page_size then min(p.action_id)::text end
    )
    from page as p;
$$;

revoke all on function analytics.list_actions(text, text, bigint, integer) from public, anon, authenticated;

grant execute on function analytics.list_actions(text, text, bigint, integer) to service_role;

comment on function analytics.list_actions(text, text, bigint, integer) is
    'A page of what operators did over HTTP, newest first, below before_id. Service role only. Names and reasons are unscrubbed.';

-- supabase/schemas/audit/lists/list_jobs.sql

-- Object: analytics.list_jobs()
-- Serves: /analytics/ops/jobs
-- Why: declared and scheduled jobs side by side, with their last runs and open incidents. Commands are not returned:
--      those of other owners hold keys. A page begins after a name, and a name that holds a secret must not be in a
--      cursor. Such a name is replaced by its SHA-256; if that job is gone meanwhile the list begins again, so that no
--      job is skipped.
create or replace function analytics.list_jobs(job text default null, after_job text default null, page_size integer default 50)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
    with scheduled as (
        -- Under the audit's name. A job that exists twice is shown by its oldest row, with the count.
        select distinct on (c.job_name)
            c.job_name, count(*) over (partition by c.job_name) as scheduled_count,
            c.jobid, c.schedule, c.command, c.active, c.owner as username, c.database
        from freshet.known_cron_jobs() as c
        order by c.job_name, c.jobid
    ),
    place as (
        select case
            when after_job like 'sha256:%' then (
                select n.job_name
                from (select c.job_name from scheduled as c union select d.job_name from analytics.scheduled_jobs as d) as n
                where 'sha256:' || encode(sha256(convert_to(n.job_name, 'UTF8')), 'hex') = after_job
            )
            else after_job
        end as name
    ),
    matching as (
        select
            coalesce(d.job_name, s.job_name) as name,
            s.jobid,
            coalesce(s.scheduled_count, 0) as scheduled_count,
            coalesce(s.active, false) as is_active,
            d.job_name is not null as is_declared,
            coalesce(
                d.schedule = s.schedule
                and d.command_fingerprint = freshet.command_fingerprint(s.command)
                and d.owner = s.username
                and d.database = s.database,
                false
            ) as is_as_declared,
            coalesce(s.schedule, d.schedule) as schedule,
            coalesce(s.username, d.owner) as owner,
            coalesce(s.database, d.database) as database,
            d.late_after, d.max_runtime, d.failure_threshold, d.recovery_threshold, d.severity, d.muted_until, d.paused_until, d.declared_at
        from analytics.scheduled_jobs as d
        full join scheduled as s on s.job_name = d.job_name
        where (list_jobs.job is null or coalesce(d.job_name, s.job_name) = list_jobs.job)
            and coalesce(coalesce(d.job_name, s.job_name) collate "C" > (select p.name from place as p) collate "C", true)
        order by coalesce(d.job_name, s.job_name) collate "C"
        limit page_size + 1
    ),
    page as (
        select m.* from matching as m order by m.name collate "C" limit page_size
    ),
    recent as materialized (
        -- The only index of the history is on runid; runs older than this window are not worth a scan.
        select r.*
        from (
            select
                d.jobid, d.runid, d.status, d.start_time, d.end_time,
                row_number() over (partition by d.jobid order by d.runid desc) as place
            from (
                select h.jobid, h.runid, h.status, h.start_time, h.end_time
                from cron.job_run_details as h
                order by h.runid desc
                limit 20000
            ) as d
            where d.jobid = any (array(select p.jobid from page as p))
        ) as r
        where r.place <= 30
    ),
    runs as (
        select
            n.jobid,
            max(n.runid) as last_runid,
            jsonb_agg(
                jsonb_build_object('runid', n.runid, 'status', n.status, 'started_at', n.started_at, 'duration_ms', n.ms)
                order by n.runid desc
            ) as marks,
            percentile_disc(0.5) within group (order by n.ms) filter (where n.status = 'succeeded') as p50_ms,
            percentile_disc(0.95) within group (order by n.ms) filter (where n.status = 'succeeded') as p95_ms
        from (
            select
                r.jobid, r.runid, r.status, freshet.run_time(r.start_time) as started_at,
                (extract(epoch from freshet.run_time(r.end_time) - freshet.run_time(r.start_time)) * 1000)::bigint as ms
            from recent as r
        ) as n
        group by n.jobid
    )
    select jsonb_build_object(
        'rows', coalesce(
            jsonb_agg(
                jsonb_build_object(
                    'job', p.name,
                    'jobid', p.jobid,
                    'view', v.view_name,
                    'is_declared', p.is_declared,
                    'scheduled_count', p.scheduled_count,
                    'is_active', p.is_active,
                    'is_as_declared', p.is_as_declared,
                    'schedule', p.schedule,
                    'owner', p.owner,
                    'database', p.database,
                    'late_after_seconds', extract(epoch from p.late_after)::bigint,
                    'max_runtime_seconds', extract(epoch from p.max_runtime)::bigint,
                    'failure_threshold', p.failure_threshold,
                    'recovery_threshold', p.recovery_threshold,
                    'severity', p.severity,
                    'muted_until', case when p.muted_until > now() then p.muted_until end,
                    -- Until another moment than the action says: muted by SQL since.
                    'mute', (
                        select jsonb_build_object(
                            'action_id', a.action_id,
                            'acted_at', a.acted_at,
                            'operator_kind', a.operator_kind,
                            'operator_id', a.operator_id,
                            'reason', a.reason
                        )
                        from analytics.operator_actions as a
                        where a.subject = p.name and a.action = 'mute' and a.muted_until = p.muted_until and p.muted_until > now()
                        order by a.action_id desc
                        limit 1
                    ),
                    'paused_until', case when p.paused_until > now() then p.paused_until end,
                    'declared_at', p.declared_at,
                    'next_slot_at', freshet.next_slot_after(w.next_slot_at, w.schedule, w.period, now()),
                    'missed_slot_at', w.missed_slot_at,
                    'last_run', case when r.runid is not null then jsonb_build_object(
                        'runid', r.runid,
                        'status', r.status,
                        'message', nullif(btrim(left(r.return_message, 4000), E' \t\r\n'), ''),
                        'started_at', freshet.run_time(r.start_time),
                        'ended_at', freshet.run_time(r.end_time)
                    ) end,
                    'recent_runs', coalesce(g.marks, '[]'),
                    'p50_ms', g.p50_ms,
                    'p95_ms', g.p95_ms,
                    'open_incidents', (
                        select coalesce(
                            jsonb_agg(
                                jsonb_build_object(
                                    'incident_id', i.incident_id,
                                    'kind', i.kind,
                                    'severity', i.severity,
                                    'opened_at', i.opened_at
                                )
                                order by i.incident_id
                            ),
                            '[]'
                        )
                        from analytics.incidents as i
                        where i.closed_at is null and i.job_name = p.name
                    )
                )
                order by p.name collate "C"
            ),
            '[]'
        ),
        'next_cursor', case when (select count(*) from matching) > page_size then max(p.name collate "C") end
    )
    from page as p
    left join analytics.views as v on v.job_name = p.name
    left join analytics.job_slots as w on w.job_name = p.name
    left join runs as g on g.jobid = p.jobid
    left join cron.job_run_details as r on r.runid = g.last_runid;
$$;

comment on function analytics.list_jobs(text, text, integer) is
    'A page of jobs, declared or scheduled, by name, above after_job (a name, or sha256: and the name''s SHA-256), with the last 30 runs among the newest 20,000. Service role only. Messages and names are unscrubbed.';

-- supabase/schemas/audit/lists/list_outbox.sql

-- Object: analytics.list_outbox()
-- Serves: /analytics/ops/outbox
-- Why: whether alerts arrive. Newest incident first, and of an incident its recovery first: the key of the outbox, so a
--      page is read in the order of an index. What is undelivered has indexes of its own, since it is rare.
create function analytics.list_outbox(
    state text default null,
    before_incident bigint default null,
    before_transition text default null,
    page_size integer default 50
)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
    with place as (
        select coalesce(before_incident, 9223372036854775807) as incident_id, coalesce(before_transition, '~') as transition
    ),
    matching as (
        select m.*
        from (
            (
                select o.* from analytics.outbox as o, place as p
                where list_outbox.state = 'undelivered' and o.state = 'pending' and (o.incident_id, o.transition) < (p.incident_id, p.transition)
            )
            union all
            (
                select o.* from analytics.outbox as o, place as p
                where list_outbox.state = 'undelivered' and o.state = 'parked' and (o.incident_id, o.transition) < (p.incident_id, p.transition)
            )
            union all
            (
                select o.*
                from analytics.outbox as o
                where list_outbox.state is distinct from 'undelivered'
                    and (list_outbox.state is null or o.state = 'delivered')
                    and (o.incident_id, o.transition) < (select p.incident_id, p.transition from place as p)
                order by o.incident_id desc, o.transition desc
                limit page_size + 1
            )
        ) as m
        order by m.incident_id desc, m.transition desc
        -- One row more than the page, to know whether another page follows.
        limit page_size + 1
    ),
    page as (
        select m.* from matching as m order by m.incident_id desc, m.transition desc limit page_size
    ),
    waiting as (
        select o.state, o.created_at from analytics.outbox as o where o.state = 'pending'
        union all
        select o.state, o.created_at from analytics.outbox as o where o.state = 'parked'
    )
    select jsonb_build_object(
        'rows', coalesce(
            jsonb_agg(
                jsonb_build_object(
                    'event_id', p.event_id,
                    'incident_id', p.incident_id,
                    'kind', p.payload ->> 'kind',
                    'subject', p.payload ->> 'subject',
                    'transition', p.transition,
                    'state', p.state,
                    'created_at', p.created_at,
                    'age_seconds', greatest(0, floor(extract(epoch from coalesce(p.delivered_at, now()) - p.created_at)))::bigint,
                    'attempt_count', p.attempt_count,
                    'next_attempt_at', case when p.state = 'pending' then p.not_before end,
                    'lease_until', case when p.state = 'pending' and p.lease_until > now() then p.lease_until end,
                    'delivered_at', p.delivered_at,
                    'last_error', p.last_error,
                    'resolved_at', p.resolved_at,
                    'resolve_error', p.resolve_error
                )
                order by p.incident_id desc, p.transition desc
            ),
            '[]'
        ),
        'next_cursor', case
            when (select count(*) from matching) > page_size then (
                select format('%s-%s', l.incident_id, l.transition) from page as l order by l.incident_id, l.transition limit 1
            )
        end,
        'totals', (
            select jsonb_build_object(
                'pending_count', count(*) filter (where w.state = 'pending'),
                'parked_count', count(*) filter (where w.state = 'parked'),
                'oldest_undelivered_seconds', case when count(*) > 0 then greatest(0, floor(extract(epoch from now() - min(w.created_at))))::bigint end
            )
            from waiting as w
        )
    )
    from page as p;
$$;

revoke all on function analytics.list_outbox(text, bigint, text, integer) from public, anon, authenticated;

grant execute on function analytics.list_outbox(text, bigint, text, integer) to service_role;

comment on function analytics.list_outbox(text, bigint, text, integer) is
    'A page of the outbox, newest incident first, below (before_incident, before_transition), and how much of it waits. state: undelivered (pending, parked), delivered, or null for both. Service role only. Names and errors are unscrubbed.';

-- supabase/schemas/audit/lists/list_views.sql

-- Object: analytics.list_views()
-- Serves: /analytics/ops/views
-- Why: which view is old, slow, large or dear. A page reads of the ledger, by its index, the newest 1,000 attempts of each of
--      its views at most, however long the ledger is; of a view it reads nothing but its size.
-- Why is_locked: the size of a relation is read under a lock, for which a first fill would make every caller wait.
create function analytics.list_views(
    view text default null,
    pack text default null,
    after_view text default null,
    page_size integer default 50
)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
    with matching as (
        select v.view_name
        from analytics.views as v
        where (list_views.view is null or v.view_name = list_views.view)
            and (list_views.pack is null or v.pack = list_views.pack)
            and coalesce(v.view_name collate "C" > after_view collate "C", true)
        order by v.view_name collate "C"
        -- One row more than the page, to know whether another page follows.
        limit page_size + 1
    ),
    page as materialized (
        select m.view_name, to_regclass(format('analytics.%I', m.view_name)) as relation
        from matching as m
        order by m.view_name collate "C"
        limit page_size
    ),
    locked as (
        select l.relation
        from pg_catalog.pg_locks as l
        where l.locktype = 'relation' and l.mode = 'AccessExclusiveLock' and l.granted
            and l.database = (select d.oid from pg_catalog.pg_database as d where d.datname = current_database())
    )
    select jsonb_build_object(
        'rows', coalesce(
            jsonb_agg(
                jsonb_build_object(
                    'view', p.view_name,
                    'pack', v.pack,
                    'form', case when i.view_name is null then 'materialized_view' else 'table' end,
                    'state', case
                        when not f.is_filled then 'unfilled'
                        when now() - v.verified_at > v.stale_after then 'stale'
                        else 'fresh'
                    end,
                    'age_seconds', case when v.verified_at is not null then greatest(0, floor(extract(epoch from now() - v.verified_at)))::bigint end,
                    'objective_seconds', floor(extract(epoch from v.stale_after))::bigint,
                    'verified_at', v.verified_at,
                    'refreshed_at', v.refreshed_at,
                    'version', v.version,
                    'row_count', coalesce(v.row_count, case when c.reltuples >= 0 then c.reltuples::bigint end),
                    'is_row_count_estimated', v.row_count is null and coalesce(c.reltuples >= 0, false),
                    'byte_count', case
                        when p.relation::oid = any (array(select l.relation from locked as l)) then null
                        else pg_total_relation_size(p.relation)
                    end,
                    'job', v.job_name,
                    'schedule', v.schedule,
                    'next_refresh_at', freshet.next_slot_after(w.next_slot_at, w.schedule, w.period, now()),
                    'refresh_on_change_seconds', floor(extract(epoch from v.refresh_on_change))::bigint,
                    'last_error', a.last_error,
                    'refreshes', a.refreshes,
                    'p50_ms', a.p50_ms,
                    'p95_ms', a.p95_ms,
                    'cost_ms_per_day', case
                        when s.seconds >= 3600 then round(a.spent_ms * 86400 / s.seconds)::bigint
                    end,
                    'cost_seconds', s.seconds
                )
                order by p.view_name collate "C"
            ),
            '[]'
        ),
        'next_cursor', case when (select count(*) from matching) > page_size then max(p.view_name collate "C") end
    )
    from page as p
    join analytics.views as v on v.view_name = p.view_name
    left join pg_catalog.pg_class as c on c.oid = p.relation
    left join analytics.incremental_views as i on i.view_name = p.view_name
    left join analytics.job_slots as w on w.job_name = v.job_name
    cross join lateral (
        select coalesce(freshet.is_filled(v), false) and v.verified_at is not null as is_filled
    ) as f
    cross join lateral (
        select
            coalesce(
                jsonb_agg(
                    jsonb_build_object(
                        'refresh_id', l.id,
                        'requested_by', l.requested_by,
                        'outcome', l.outcome,
                        'started_at', l.started_at,
                        'duration_ms', l.ms,
                        'row_count', l.rows_after,
                        'changed_count', l.changed_count,
                        'group_count', l.group_count,
                        -- Only an incremental view counts what changed.
                        'rebuilt_because', case
                            when l.outcome <> 'refreshed' or l.changed_count is null then null
                            when l.group_count is null then 'any_group_may_have_changed'
                            when l.unexplained_count is not null then 'due_or_cheaper'
                        end
                    )
                    order by l.id desc
                ) filter (where l.place <= 30),
                '[]'
            ) as refreshes,
            percentile_disc(0.5) within group (order by l.ms) filter (where l.place <= 30 and l.outcome = 'refreshed') as p50_ms,
            percentile_disc(0.95) within group (order by l.ms) filter (where l.place <= 30 and l.outcome = 'refreshed') as p95_ms,
            (
                array_agg(
                    jsonb_build_object('refresh_id', l.id, 'at', l.started_at, 'sqlstate', l.sqlstate, 'message', left(l.message, 4000))
                    order by l.id desc
                ) filter (where l.place <= 30 and l.outcome = 'failed')
            )[1] as last_error,
            coalesce(sum(l.ms) filter (where l.started_at > now() - interval '7 days'), 0) as spent_ms,
            min(l.started_at) as since
        from (
            select
                r.*,
                round(extract(epoch from r.finished_at - r.started_at) * 1000)::bigint as ms,
                row_number() over (order by r.id desc) as place
            from analytics.refresh_log as r
            where r.view_name = p.view_name
            order by r.id desc
            limit 1000
        ) as l
    ) as a
    cross join lateral (
        select case
            when a.since is null then 0
            else floor(extract(epoch from now() - greatest(a.since, now() - interval '7 days')))::bigint
        end as seconds
    ) as s;
$$;

revoke all on function analytics.list_views(text, text, text, integer) from public, anon, authenticated;

grant execute on function analytics.list_views(text, text, text, integer) to service_role;

comment on function analytics.list_views(text, text, text, integer) is
    'A page of registered views, by name, above after_view: age and objective, rows as the last refresh counted (else the planner''s estimate), bytes, the last 30 attempts, p50 and p95 of those that refreshed, and milliseconds of refresh a day over seven days, or over the newest 1,000 attempts. Service role only. Messages are unscrubbed.';

-- supabase/schemas/audit/operators/operate_job.sql

-- Object: analytics.operate_job()
-- Serves: POST /analytics/ops/jobs/<name>/mute, unmute, adopt
-- Why: the person on call silences a job, or says that it belongs there, without a client of the database. The function
--      that calls it has verified that its caller is an administrator or has the secret key, and says which.
-- Why a mute ends: a job that is muted for ever fails silently.
create function analytics.operate_job(
    action text,
    job text,
    until timestamptz default null,
    reason text default null,
    operator_id text default null,
    request_id uuid default null
)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    -- The API says 30 days; its clock is another one.
    longest_mute constant interval := interval '31 days';
    declared analytics.scheduled_jobs;
    scheduled record;
    done analytics.operator_actions;
begin
    select * into declared from analytics.scheduled_jobs as d where d.job_name = job for update;
    select k.job_name, k.owner into scheduled from freshet.known_cron_jobs() as k where k.job_name = job limit 1;
    if declared.job_name is null and scheduled.job_name is null then
        raise exception using
            errcode = 'PT404', message = format('unknown job "%s"', job), hint = '/ops/jobs lists the jobs.';
    end if;

    case action
        when 'mute', 'unmute' then
            if declared.job_name is null then
                raise exception using
                    errcode = 'PT409',
                    message = format('job "%s" is not declared, so nothing is known to be muted', job),
                    hint = 'Adopt it first.';
            end if;
            if action = 'mute' and coalesce(until > clock_timestamp() + longest_mute, true) then
                raise exception using
                    errcode = 'invalid_parameter_value',
                    message = 'a mute ends within 31 days',
                    hint = 'Give until; mute again when it ends.';
            end if;
            update analytics.scheduled_jobs as d
            set muted_until = case when action = 'mute' then until end
            where d.job_name = job;
        when 'adopt' then
            begin
                -- What the operator has declared of it stays.
                perform analytics.adopt_job(
                    job_name => job,
                    late_after => coalesce(declared.late_after, interval '5 minutes'),
                    max_runtime => coalesce(declared.max_runtime, interval '10 minutes'),
                    owner => scheduled.owner::name
                );
            exception
                when no_data_found then
                    raise exception using errcode = 'PT409', message = sqlerrm;
            end;
        else
            raise exception using errcode = 'invalid_parameter_value', message = format('no such action: "%s"', action);
    end case;

    done.action := action;
    done.subject := job;
    done.reason := reason;
    done.muted_until := case when action = 'mute' then until end;
    done.operator_id := operator_id;
    done.request_id := request_id;
    return to_jsonb(freshet.note_operator_action(done));
end
$$;

revoke all on function analytics.operate_job(text, text, timestamptz, text, text, uuid) from public, anon, authenticated;

grant execute on function analytics.operate_job(text, text, timestamptz, text, text, uuid) to service_role;

comment on function analytics.operate_job(text, text, timestamptz, text, text, uuid) is
    'action: mute (until, within 31 days), unmute or adopt. Records it in analytics.operator_actions and returns that row. operator_id: the administrator, as verified by the caller; null: the secret key. Raises PT404 for an unknown job, PT409 for a mute of an undeclared one and where no one job has the name. Service role only.';

-- supabase/schemas/audit/operators/operate_refresh.sql

-- Object: analytics.operate_refresh()
-- Serves: POST /analytics/ops/refresh, POST /analytics/ops/views/<name>/refresh
-- Why: a refresh that an operator asks for over HTTP is recorded with who asked, in the transaction that queues it.
create function analytics.operate_refresh(
    view_name text default null,
    pack text default null,
    reason text default null,
    operator_id text default null,
    request_id uuid default null
)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    request constant jsonb := analytics.request_refresh(
        view_name, pack, case when operator_id is null then 'service' else 'admin' end
    );
    done analytics.operator_actions;
begin
    done.action := 'refresh';
    done.subject := coalesce(view_name, pack);
    done.reason := reason;
    done.refresh_request_id := (request ->> 'id')::bigint;
    done.operator_id := operator_id;
    done.request_id := request_id;
    perform freshet.note_operator_action(done);
    return request;
end
$$;

revoke all on function analytics.operate_refresh(text, text, text, text, uuid) from public, anon, authenticated;

grant execute on function analytics.operate_refresh(text, text, text, text, uuid) to service_role;

comment on function analytics.operate_refresh(text, text, text, text, uuid) is
    'analytics.request_refresh for an operator, recorded in analytics.operator_actions. operator_id: the administrator, as verified by the caller, who may ask once a minute for each view; null: the secret key. Service role only.';

-- supabase/schemas/audit/operators/operator_actions.sql

-- Object: analytics.operator_actions
-- Grain: one row per action of an operator over HTTP
-- Why: the person on call asks who muted this job, and why. freshet.note_operator_action() writes the row in the
--      transaction of the action, so none is done without it.
-- Why it is closed: a record that the secret key can change proves nothing. It is written and listed by functions alone.
create table analytics.operator_actions (
    action_id bigint generated always as identity primary key,
    acted_at timestamptz not null default now(),
    operator_kind text not null check (operator_kind in ('user', 'secret_key')),
    operator_id text,
    action text not null check (action in ('mute', 'unmute', 'adopt', 'refresh')),
    subject text not null,
    reason text check (length(reason) between 1 and 500),
    muted_until timestamptz,
    refresh_request_id bigint,
    request_id uuid,
    constraint operator_actions_operator_check check ((operator_kind = 'user') = (operator_id is not null)),
    constraint operator_actions_mute_check check ((action = 'mute') = (muted_until is not null))
);

create index operator_actions_subject_idx on analytics.operator_actions (subject, action_id desc);

alter table analytics.operator_actions enable row level security;

revoke all on table analytics.operator_actions from public, anon, authenticated, service_role;

comment on table analytics.operator_actions is
    'What operators did over HTTP, who, when and why. Kept for two years (analytics.retention). What is done by SQL is not here.';

comment on column analytics.operator_actions.operator_kind is
    'user: an administrator, by verified token; secret_key: a server with the secret key named default.';

comment on column analytics.operator_actions.operator_id is 'The subject of the administrator''s token; null for the secret key.';

comment on column analytics.operator_actions.subject is 'The job, the view, or the pack.';

comment on column analytics.operator_actions.muted_until is 'Of a mute: until when.';

comment on column analytics.operator_actions.refresh_request_id is
    'Of a refresh: analytics.refresh_requests.id, which is kept for a shorter time.';

comment on column analytics.operator_actions.request_id is 'The request''s id in the function''s log and in X-Request-Id.';

-- supabase/schemas/audit/purge/purge_history.sql

-- Object: freshet.purge_history()
-- Why: the histories here grow for ever, and pg_cron's has no purge of its own. Each call deletes at most a batch of
--      each, so that no lock, no transaction and no replica waits for long; the next call deletes the rest.
create or replace function freshet.purge_history()
returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    rule analytics.retention;
    deleted jsonb := '{}'::jsonb;
begin
    -- Two at once would only wait for each other's rows.
    if not pg_try_advisory_xact_lock(hashtextextended('freshet.purge', 0)) then
        return deleted;
    end if;
    for rule in
        -- Alerts before the incidents that they are about.
        select r.* from analytics.retention as r order by r.history = 'incidents', r.history
    loop
        deleted := deleted || jsonb_build_object(rule.history, case rule.history
            when 'runs' then freshet.purge_runs(rule) + freshet.purge_worker_runs(rule.batch_size)
            when 'refresh_log' then freshet.purge_refresh_log(rule.keep_for, rule.batch_size)
            when 'refresh_requests' then freshet.purge_refresh_requests(rule.keep_for, rule.batch_size)
            when 'http_calls' then freshet.purge_http_calls(rule.keep_for, rule.batch_size)
            when 'outbox' then freshet.purge_outbox(rule.keep_for, rule.batch_size)
            when 'incidents' then freshet.purge_incidents(rule.keep_for, rule.batch_size)
            when 'access_log' then freshet.purge_access_log(rule.keep_for, rule.batch_size)
            when 'export_jobs' then freshet.purge_export_jobs(rule.keep_for, rule.batch_size)
            when 'operator_actions' then freshet.purge_operator_actions(rule.keep_for, rule.batch_size)
        end);
    end loop;
    return deleted;
end
$$;

-- supabase/schemas/audit/purge/purge_operator_actions.sql

-- Object: freshet.purge_operator_actions()
-- Why: who did what is itself about people; see freshet.purge_history() for the batches.
create function freshet.purge_operator_actions(keep_for interval, batch_size integer)
returns bigint
language sql
set search_path = pg_catalog, pg_temp
as $$
    with old as (
        -- By id, its key: the oldest ids are the oldest rows, but for transactions that overlapped.
        select l.action_id
        from (
            select a.action_id, a.acted_at from analytics.operator_actions as a order by a.action_id limit batch_size
        ) as l
        where l.acted_at < now() - keep_for
    ),
    deleted as (
        delete from analytics.operator_actions as a using old where a.action_id = old.action_id returning 1
    )
    select count(*) from deleted;
$$;

revoke all on function freshet.purge_operator_actions(interval, integer) from public, anon, authenticated;

comment on function freshet.purge_operator_actions(interval, integer) is
    'Deletes actions that are older than keep_for, at most a batch, and returns how many.';

-- supabase/schemas/audit/purge/retention.sql

comment on column analytics.retention.history is
    'runs: cron.job_run_details; refresh_log: the ledger; refresh_requests: finished requests; http_calls: settled calls; outbox: delivered alerts; incidents: closed ones; access_log: who read whose rows; export_jobs: exports whose object is gone; operator_actions: who did what over HTTP.';

-- By hand: the other lengths are the operator's.
insert into analytics.retention (history, keep_for) values ('operator_actions', '2 years') on conflict (history) do nothing;

-- supabase/schemas/audit/operators/note_operator_action.sql

-- Object: freshet.note_operator_action()
-- Why: every action over HTTP is recorded in one place, in the transaction that does it.
create function freshet.note_operator_action(done analytics.operator_actions)
returns analytics.operator_actions
language sql
set search_path = pg_catalog, pg_temp
as $$
    insert into analytics.operator_actions (
        operator_kind, operator_id, action, subject, reason, muted_until, refresh_request_id, request_id
    )
    values (
        case when done.operator_id is null then 'secret_key' else 'user' end,
        done.operator_id, done.action, done.subject, nullif(btrim(done.reason), ''), done.muted_until,
        done.refresh_request_id, done.request_id
    )
    returning *;
$$;

revoke all on function freshet.note_operator_action(analytics.operator_actions) from public, anon, authenticated;

comment on function freshet.note_operator_action(analytics.operator_actions) is
    'Records an action with its operator (operator_id null: the secret key) and returns the row.';

reset check_function_bodies;
