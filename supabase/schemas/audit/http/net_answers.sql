-- Object: freshet.net_answers()
-- Why: rows of pg_cron and pg_net may hold an implausible moment ("infinity", a year 9999). An incident of such a
--      moment would never end, and a list with such a run could not be read. So a row without a plausible moment is
--      judged by no detector.
create function freshet.net_answers(since timestamptz)
returns table (id bigint, created timestamptz, is_ok boolean, outcome text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        r.id, r.created, coalesce(r.status_code between 200 and 299, false),
        case
            when r.status_code is not null then r.status_code::text
            when coalesce(r.timed_out, freshet.tells_timeout(r.status_code, r.error_msg)) then 'timed out'
            else 'no answer'
        end
    from net._http_response as r
    where r.created > net_answers.since
        -- A row from the future is judged when its moment has come.
        and r.created < clock_timestamp() + interval '1 minute'
        and not exists (
            select
            from analytics.http_calls as c
            where c.request_id = r.id and r.created >= c.queued_at - interval '1 minute'
        )
    order by r.created desc
    -- Database webhooks may produce any number of them.
    limit 20000;
$$;

revoke all on function freshet.net_answers(timestamptz) from public, anon, authenticated;

comment on function freshet.net_answers(timestamptz) is
    'Answers that pg_net holds to calls that the ledger does not know, the newest 20,000.';
