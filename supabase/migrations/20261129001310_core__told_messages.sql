-- Object: private.told_refresh_message(), private.attempt_refresh() (replaced), private.told_name(), private.told_run_message(), private.told_command(),
--         private.refresh_request(), private.get_cron_job_status() (replaced)
-- Why: what the database says of a failure may repeat rows and secrets. /ops scrubs it, by rules that are TypeScript; a second copy
--      of them here would drift. So functions that answer over the data API do not tell such a text at all: they tell the
--      SQLSTATE, what is one of a few fixed forms, and where the whole is kept.

create function private.told_refresh_message(entry_sqlstate text, entry_id bigint)
returns text
language sql
immutable
set search_path = ''
as $$
    select concat('failed', ' [' || entry_sqlstate || ']', '; what the database said is kept in analytics.refresh_log, id ', entry_id);
$$;
revoke all on function private.told_refresh_message(text, bigint) from public, anon, authenticated;
comment on function private.told_refresh_message(text, bigint) is 'What is told of a refresh that failed: the SQLSTATE, and where its message is.';

create or replace function private.attempt_refresh(view_name text)
returns analytics.refresh_log
language plpgsql
set search_path = ''
as $$
declare
    entry analytics.refresh_log := private.attempt_refresh(view_name, 'manual');
begin
    if entry.outcome = 'failed' then
        entry.message := private.told_refresh_message(entry.sqlstate, entry.id);
    end if;
    return entry;
end
$$;
comment on function private.attempt_refresh(text) is
    'Refreshes a view for a caller and returns its ledger row, failed or not: what one view does is undone alone. The ledger keeps the message, the returned row says where.';

create function private.told_name(job_name text, jobid bigint)
returns text
language sql
immutable
set search_path = ''
as $$
    select case
        when length(job_name) <= 100
            and job_name ~ '^[A-Za-z]{1,30}[0-9]{0,8}([-_]([A-Za-z]{1,30}[0-9]{0,8}|[A-Za-z0-9]{1,6}|[0-9]{1,8}))*$'
            then job_name
        else 'jobid:' || jobid
    end;
$$;
revoke all on function private.told_name(text, bigint) from public, anon, authenticated;
comment on function private.told_name(text, bigint) is
    'A job''s name where it is made of words and short numbers, else its number: a name may be any text.';

create function private.told_run_message(status text, message text)
returns text
language sql
immutable
set search_path = ''
as $$
    select case
        when nullif(btrim(message, E' \t\r\n'), '') is null then null
        -- A count of rows or a command tag.
        when status = 'succeeded' and btrim(message, E' \t\r\n') ~ '^([0-9]{1,12} rows?|[A-Z]{2,14}( [A-Z]{2,14}){0,3}( [0-9]{1,12}){0,2})$'
            then btrim(message, E' \t\r\n')
        -- pg_cron's own words.
        when btrim(message, E' \t\r\n') in (
            'connection failed', 'connection lost', 'job startup timeout', 'job canceled', 'server restarted',
            'could not start background process; more details may be available in the server log'
        ) then btrim(message, E' \t\r\n')
        else concat(
            coalesce(status, 'ended'), ' [' || substring(message from 'failed \[([0-9A-Z]{5})\]') || ']',
            '; /ops/runs shows what the database said, without data'
        )
    end;
$$;
revoke all on function private.told_run_message(text, text) from public, anon, authenticated;
comment on function private.told_run_message(text, text) is
    'What may be told of a run''s message without scrubbing: a fixed form, else the SQLSTATE and where to look.';

create function private.told_command(command text)
returns text
language sql
immutable
set search_path = ''
as $$
    select case
        when command ~ concat(
            '^\s*((begin|commit|set (statement|lock)_timeout = (0|''[0-9]{1,8}(ms|s|min|h)?'')|select (analytics|private)\.[a-z_]{1,63}\(',
            '([0-9]{1,9}|''[a-z]{1,30}([-_][a-z]{1,30}){0,9}''(, jsonb_build_object\(''[a-z_]{1,30}'', now\(\)\))?)?\))\s*(;\s*|$))+$'
        ) then command
    end;
$$;
revoke all on function private.told_command(text) from public, anon, authenticated;
comment on function private.told_command(text) is
    'A command that only sets time limits and calls this product with a name or a number; null for any other, which may hold a key.';

create or replace function private.refresh_request(id bigint)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    is_locked boolean;
    answer jsonb;
begin
    perform private.assert_operator();
    -- What runs is not committed; its lock is seen by everybody.
    select exists (
        select
        from pg_catalog.pg_locks as l
        where l.locktype = 'advisory'
            and l.database = (select d.oid from pg_catalog.pg_database as d where d.datname = current_database())
            and l.mode = 'ExclusiveLock'
            and l.granted
            and l.objsubid = 1
            and (l.classid::bigint << 32) | l.objid::bigint = private.refresh_request_key(refresh_request.id)
    ) into is_locked;

    select jsonb_build_object(
        'id', r.id,
        'state', case
            when r.finished_at is not null then 'finished'
            when is_locked or bool_or(v.outcome is not null) then 'running'
            else 'queued'
        end,
        'view', r.view_name,
        'pack', r.pack,
        'requested_by', r.requested_by,
        'requested_at', r.requested_at,
        'finished_at', r.finished_at,
        'views', jsonb_agg(
            jsonb_build_object(
                'view', v.view_name,
                'state', case
                    when v.outcome is not null then 'finished'
                    when is_locked and v.claimed_at is not null then 'running'
                    else 'queued'
                end,
                'outcome', v.outcome,
                'refresh_id', v.refresh_id,
                'sqlstate', v.sqlstate,
                'message', case
                    -- The function that serves /ops asks with the secret key, and scrubs.
                    when v.outcome = 'failed' and analytics.is_admin() then private.told_refresh_message(v.sqlstate, v.refresh_id)
                    else left(v.message, 4000)
                end,
                'attempt_count', v.attempt_count,
                'started_at', v.claimed_at,
                'finished_at', v.finished_at
            )
            order by v.place
        )
    ) into answer
    from analytics.refresh_requests as r
    join analytics.refresh_request_views as v on v.request_id = r.id
    where r.id = refresh_request.id
    group by r.id;
    return answer;
end
$$;
comment on function analytics.refresh_request(bigint) is
    'Operators only: how a request stands, queued, running or finished, and each of its views with outcome, ledger row and error; null where there is no such request. Admins are told the SQLSTATE and where the message is; the secret key gets it unscrubbed, for /ops.';

create or replace function private.get_cron_job_status()
returns table (
    jobid bigint,
    jobname text,
    schedule text,
    command text,
    active boolean,
    last_runid bigint,
    last_status text,
    last_message text,
    last_started_at timestamptz,
    last_finished_at timestamptz
)
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
    perform private.assert_operator();
    return query
    with recent_runs as (
        -- runid is the only index of the history; runs older than this window are not worth a scan.
        select distinct on (d.jobid) d.jobid, d.runid, d.status, d.return_message, d.start_time, d.end_time
        from cron.job_run_details as d
        where d.runid > (select coalesce(max(m.runid), 0) - 20000 from cron.job_run_details as m)
        order by d.jobid, d.runid desc
    )
    select
        j.jobid, private.told_name(j.jobname::text, j.jobid), j.schedule, private.told_command(j.command), j.active,
        r.runid, r.status, private.told_run_message(r.status, r.return_message), r.start_time, r.end_time
    from cron.job as j
    left join recent_runs as r on r.jobid = j.jobid
    order by j.jobname;
end
$$;
comment on function analytics.get_cron_job_status() is
    'Admins only: one row per pg_cron job with its last run among the newest 20,000. Texts that may hold data are not told: last_message is a fixed form or the SQLSTATE, command is null unless it calls this product, jobname is jobid:<number> unless it is made of words. /ops/runs shows messages, scrubbed.';
