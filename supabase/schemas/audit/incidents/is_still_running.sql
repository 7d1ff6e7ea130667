-- Object: freshet.is_still_running()
-- Why: an incident about a process is not over while the process works.
create function freshet.is_still_running(kind text, subject text)
returns boolean
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
    select kind in ('stuck', 'detached', 'zombie') and exists (
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
$$;

revoke all on function freshet.is_still_running(text, text) from public, anon, authenticated;

comment on function freshet.is_still_running(text, text) is
    'Whether the process that an open incident names still works: then it is not over, whatever the state of its row or job.';
