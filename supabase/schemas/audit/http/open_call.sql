-- Object: freshet.open_call()
-- Why: every way to queue a request begins here, so that none misses the ledger or the check for foreign triggers.
create function freshet.open_call(callee text, deadline_in interval, awaits_completion boolean)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    run record;
    in_seconds boolean;
    new_call_id bigint;
begin
    -- Any role may put a trigger there, which would run as the owner of the function that queues. A trigger that is
    -- about to be committed keeps the queue locked: the insert would wait for it and then fire it. So this waits first,
    -- and from here on none can be created.
    lock table net.http_request_queue in row exclusive mode;
    if exists (select from freshet.find_net_triggers() as f where f.subject = 'net.http_request_queue') then
        raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = format('cannot invoke %s: a foreign trigger stands on net.http_request_queue', callee),
            hint = 'docs/runbook/net_tampered.md: find out who owns it, and drop it.';
    end if;

    -- Each call stores the answers to those before it, so that none gets 6 hours old, even while no audit runs.
    begin
        perform freshet.harvest_responses();
    exception
        when others then
            raise warning 'answers to earlier calls were not saved [%]: %', sqlstate, sqlerrm;
    end;

    select * into run from freshet.current_run();
    in_seconds := exists (select from freshet.known_cron_jobs() as j where j.job_name = run.job_name and j.schedule ~ 'second');
    insert into analytics.http_calls (
        function_name, job_name, runid, planned_at, deadline_at, awaits_completion
    )
    values (
        regexp_replace(callee, '^function "(.*)"$', '\1'),
        run.job_name,
        run.runid,
        case when run.job_name is null then null when in_seconds then now() else date_trunc('minute', now()) end,
        clock_timestamp() + deadline_in,
        open_call.awaits_completion
    )
    returning call_id into new_call_id;
    return new_call_id;
end
$$;

revoke all on function freshet.open_call(text, interval, boolean) from public, anon, authenticated;

comment on function freshet.open_call(text, interval, boolean) is
    'Notes in the ledger that a call is about to be queued, and for which run, and returns its call_id. callee: function "<name>", or //<host>. Raises 55000 under a foreign trigger.';
