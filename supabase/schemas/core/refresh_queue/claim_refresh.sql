-- Object: freshet.claim_refresh()
-- Why: a job refreshes one view after another, each with its own time limit. The limit of a statement counts from its
--      start, so one statement chooses the view and sets the limit, and the next one refreshes. The choice is committed
--      before the work begins, so that an attempt which kills its process is counted.
create function freshet.claim_refresh(worker integer default null)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    -- A session that has worked for this long ends after its current view, so that pg_cron's history shows the run.
    longest_session constant interval := interval '30 seconds';
    most_attempts constant integer := 3;
    began_at constant timestamptz := coalesce(nullif(current_setting('freshet.queue_began_at', true), '')::timestamptz, clock_timestamp());
    candidate record;
    entry analytics.refresh_log;
begin
    perform set_config('freshet.queue_began_at', began_at::text, false);
    perform set_config('freshet.claimed_view', '', false);
    -- The request that this session has finished, in a transaction that is committed by now.
    if exists (
        select
        from analytics.refresh_requests as r
        where r.id = nullif(current_setting('freshet.held_request', true), '')::bigint and r.finished_at is not null
    ) then
        perform pg_advisory_unlock(freshet.refresh_request_key(current_setting('freshet.held_request')::bigint));
        perform set_config('freshet.held_request', '', false);
    end if;
    if current_setting('freshet.queue_is_empty', true) = 'yes' or began_at < clock_timestamp() - longest_session then
        return;
    end if;

    perform freshet.cut_overdue_refreshes();
    for candidate in
        select r.id, n.view_name, n.attempt_count, coalesce(d.statement_timeout, interval '10 minutes') as statement_timeout
        from analytics.refresh_requests as r
        cross join lateral (
            select v.view_name, v.attempt_count
            from analytics.refresh_request_views as v
            where v.request_id = r.id and v.outcome is null
            order by v.place
            limit 1
        ) as n
        left join analytics.views as d on d.view_name = n.view_name
        where r.finished_at is null
        -- First the request that this session has begun, then the one that waits longest.
        order by r.id::text is distinct from current_setting('freshet.held_request', true), r.id
    loop
        continue when not freshet.hold_refresh(candidate.id, candidate.view_name);
        if candidate.attempt_count >= most_attempts then
            entry := null;
            entry.view_name := candidate.view_name;
            entry.requested_by := 'request';
            entry.started_at := clock_timestamp();
            entry.outcome := 'failed';
            entry.message := format(
                'refresh of analytics.%s was begun %s times and never ended: its process or the server was killed each time, so it is not tried again',
                candidate.view_name, candidate.attempt_count
            );
            perform freshet.finish_refresh(candidate.id, freshet.log_refresh(entry));
            perform pg_advisory_unlock(hashtextextended('freshet.refresh:' || candidate.view_name, 0));
            -- The request stays with this session, whose next claim continues it or releases it.
            return;
        end if;
        update analytics.refresh_request_views as v
        set claimed_at = clock_timestamp(), claimed_by = claim_refresh.worker, attempt_count = v.attempt_count + 1
        where v.request_id = candidate.id and v.view_name = candidate.view_name;
        perform set_config('freshet.claimed_view', candidate.view_name, false);
        -- Neither 0, which means no limit, nor a value that the setting refuses: an error here would block the whole
        -- queue.
        perform set_config(
            'statement_timeout',
            least(greatest(extract(epoch from candidate.statement_timeout) * 1000, 1), 2147483647)::bigint || 'ms', false
        );
        return;
    end loop;
    perform set_config('freshet.queue_is_empty', 'yes', false);
end
$$;

revoke all on function freshet.claim_refresh(integer) from public, anon, authenticated;

comment on function freshet.claim_refresh(integer) is
    'Chooses the next view of the queue for this session and sets statement_timeout to the view''s own, for the next statement. Commit, then call freshet.run_refresh().';
