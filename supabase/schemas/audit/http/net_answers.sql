-- Object: private.net_answers()
-- Why: a job that calls net.http_post itself gets 401 each minute, and pg_cron writes "succeeded". pg_net keeps the answer and
--      not who asked; but which jobs call it stands in their commands, and which of them ran then in the history. Where one
--      alone did it was that one; where several did they are named together.
create function private.net_answers(since timestamptz)
returns table (id bigint, created timestamptz, is_ok boolean, outcome text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        r.id, r.created, coalesce(r.status_code between 200 and 299, false),
        case
            when r.status_code is not null then r.status_code::text
            when coalesce(r.timed_out, private.tells_timeout(r.status_code, r.error_msg)) then 'timed out'
            else 'no answer'
        end
    from net._http_response as r
    where r.created > net_answers.since
        and not exists (
            select
            from analytics.http_calls as c
            where c.request_id = r.id and r.created >= c.queued_at - interval '1 minute'
        )
    order by r.created desc
    -- Database webhooks may make any number of them.
    limit 20000;
$$;

revoke all on function private.net_answers(timestamptz) from public, anon, authenticated;

comment on function private.net_answers(timestamptz) is 'Answers that pg_net holds to calls of which the ledger knows nothing, the newest 20,000.';
