-- Object: analytics.retention, private.purge_runs(), private.purge_refresh_log(), private.purge_outbox(),
--         private.purge_incidents(), private.purge_history(), job analytics-purge
-- Grain: retention: one row per kind of history
-- Why: every history here grows for ever, and pg_cron's has no purge of its own. Each call deletes at most a batch of each, so that no
--      lock, no transaction and no replica waits for long; what is left over is deleted by the next call.

create table analytics.retention (
    history text primary key check (history in ('runs', 'refresh_log', 'http_calls', 'outbox', 'incidents')),
    keep_for interval not null check (keep_for >= interval '1 day'),
    batch_size integer not null default 20000 check (batch_size between 1 and 1000000)
);
alter table analytics.retention enable row level security;
revoke all on table analytics.retention from public, anon, authenticated;

comment on table analytics.retention is 'How long each history is kept. Set by hand: an update is all it takes.';
comment on column analytics.retention.history is
    'runs: cron.job_run_details; refresh_log: the ledger; http_calls: settled calls; outbox: delivered alerts; incidents: closed ones.';
comment on column analytics.retention.batch_size is 'The most rows that one call of private.purge_history deletes.';

insert into analytics.retention (history, keep_for)
values ('runs', '14 days'), ('refresh_log', '90 days'), ('http_calls', '30 days'), ('outbox', '30 days'), ('incidents', '365 days');

create index outbox_delivered_idx on analytics.outbox (delivered_at) where state = 'delivered';

create function private.purge_runs(keep_for interval, batch_size integer)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
    state analytics.audit_state;
    -- The newest run always stays: a history that seems to go back would begin a new epoch.
    newest_runid constant bigint := (select max(d.runid) from cron.job_run_details as d);
    ended_before constant timestamptz := now() - keep_for;
    youngest_old_runid bigint;
    timeless_up_to bigint;
    deleted_count bigint;
begin
    select * into strict state from analytics.audit_state;

    -- The lowest runids are the oldest. Some have no times, as they never started: one that is followed by a run that is
    -- old enough is itself old enough.
    with lowest as (
        select d.runid, coalesce(d.end_time, d.start_time) as ended_at
        from cron.job_run_details as d
        where d.status in ('succeeded', 'failed')
            and d.runid <= state.low_runid
            and d.runid < newest_runid
        order by d.runid
        limit batch_size
    )
    select max(l.runid) filter (where l.ended_at < ended_before), case when max(l.ended_at) is null then max(l.runid) end
    into youngest_old_runid, timeless_up_to
    from lowest as l;

    -- A whole batch of them: the first run with times that comes after it decides.
    if timeless_up_to is not null then
        select case when d.end_time < ended_before then timeless_up_to end into youngest_old_runid
        from cron.job_run_details as d
        where d.runid > timeless_up_to and d.end_time is not null
        order by d.runid
        limit 1;
    end if;

    delete from cron.job_run_details as d
    where d.runid <= youngest_old_runid
        and d.status in ('succeeded', 'failed')
        and coalesce(d.end_time, d.start_time, '-infinity') < ended_before
        -- An open run is read again by its runid, by the pass that sees it end.
        and not exists (select from analytics.open_runs as o where o.epoch = state.epoch and o.runid = d.runid);
    get diagnostics deleted_count = row_count;

    delete from analytics.known_jobs as k
    where k.last_seen_at < least(ended_before, state.last_audit_at - keep_for);
    return deleted_count;
end
$$;
revoke all on function private.purge_runs(interval, integer) from public, anon, authenticated;
comment on function private.purge_runs(interval, integer) is
    'Deletes runs that ended before, by runid, and forgets jobs that are as long gone. Never above the watermark of the audit, never an open run, never the newest.';

create function private.purge_refresh_log(keep_for interval, batch_size integer)
returns bigint
language sql
set search_path = ''
as $$
    with old as (
        -- By id, its key: the oldest ids are the oldest rows, but for failures that the audit writes a little later.
        select l.id
        from (
            select r.id, coalesce(r.finished_at, r.started_at) as ended_at
            from analytics.refresh_log as r
            order by r.id
            limit batch_size
        ) as l
        where l.ended_at < now() - keep_for
    ),
    deleted as (
        delete from analytics.refresh_log as r using old where r.id = old.id returning 1
    )
    select count(*) from deleted;
$$;
revoke all on function private.purge_refresh_log(interval, integer) from public, anon, authenticated;
comment on function private.purge_refresh_log(interval, integer) is 'Deletes old rows of the ledger, at most a batch.';

create function private.purge_outbox(keep_for interval, batch_size integer)
returns bigint
language sql
set search_path = ''
as $$
    with old as (
        select o.event_id
        from analytics.outbox as o
        join analytics.incidents as i on i.incident_id = o.incident_id
        where o.state = 'delivered'
            and o.delivered_at < now() - keep_for
            -- A recovery waits for the delivery of what it recovers from, and is told by it.
            and i.closed_at < now() - keep_for
        order by o.delivered_at
        limit batch_size
    ),
    deleted as (
        delete from analytics.outbox as o using old where o.event_id = old.event_id and o.state = 'delivered' returning 1
    )
    select count(*) from deleted;
$$;
revoke all on function private.purge_outbox(interval, integer) from public, anon, authenticated;
comment on function private.purge_outbox(interval, integer) is
    'Deletes alerts that were delivered long ago, of incidents that are as long over. What waits or is parked stays, however old.';

create function private.purge_incidents(keep_for interval, batch_size integer)
returns bigint
language sql
set search_path = ''
as $$
    with old as (
        select i.incident_id
        from analytics.incidents as i
        where i.closed_at < now() - keep_for
            and not exists (select from analytics.outbox as o where o.incident_id = i.incident_id)
            -- One that speaks for others goes after them, at a later call.
            and not exists (select from analytics.incidents as c where c.cause_id = i.incident_id)
        order by i.closed_at
        limit batch_size
    ),
    deleted as (
        delete from analytics.incidents as i using old where i.incident_id = old.incident_id returning 1
    )
    select count(*) from deleted;
$$;
revoke all on function private.purge_incidents(interval, integer) from public, anon, authenticated;
comment on function private.purge_incidents(interval, integer) is
    'Deletes incidents that closed long ago and of which nothing waits to be told.';

create function private.purge_history()
returns jsonb
language plpgsql
set search_path = ''
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
            when 'runs' then private.purge_runs(rule.keep_for, rule.batch_size)
            when 'refresh_log' then private.purge_refresh_log(rule.keep_for, rule.batch_size)
            when 'http_calls' then private.purge_http_calls(rule.keep_for, rule.batch_size)
            when 'outbox' then private.purge_outbox(rule.keep_for, rule.batch_size)
            when 'incidents' then private.purge_incidents(rule.keep_for, rule.batch_size)
        end);
    end loop;
    return deleted;
end
$$;
revoke all on function private.purge_history() from public, anon, authenticated;
comment on function private.purge_history() is
    'Deletes one batch of what analytics.retention no longer keeps, of each history, and returns how many rows of each. Call it again for more. Idempotent.';

-- Hourly, so that a batch is small: 20,000 runs an hour is more than 300 jobs make that run every minute.
select analytics.register_job(
    job_name => 'analytics-purge',
    schedule => '47 * * * *',
    command => $job$set statement_timeout = '60s'; set lock_timeout = '5s'; select private.purge_history()$job$,
    late_after => '15 minutes',
    max_runtime => '2 minutes'
);
