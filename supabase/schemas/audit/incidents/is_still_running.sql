-- Object: freshet.is_still_running()
-- Why: an incident about a process is not over while the process works. Asked for each finding of each pass, so it is
--      PL/pgSQL, which plans its query once in a session.
create function freshet.is_still_running(kind text, subject text)
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

revoke all on function freshet.is_still_running(text, text) from public, anon, authenticated;

comment on function freshet.is_still_running(text, text) is
    'Whether the process that an open incident names still works: then it is not over, whatever the state of its row or job.';
