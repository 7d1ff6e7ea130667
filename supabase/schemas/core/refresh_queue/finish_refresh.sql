-- Object: freshet.finish_refresh()
-- Why: a job takes one view after another, each with its own time limit. The limit of a statement counts from its begin, so
--      the view is chosen in one statement, which sets the limit, and refreshed in the next one. What was chosen is
--      committed before the work begins, so that an attempt which kills its process was counted.
create function freshet.finish_refresh(request_id bigint, entry analytics.refresh_log)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    update analytics.refresh_request_views as v
    set outcome = entry.outcome, refresh_id = entry.id, sqlstate = entry.sqlstate, message = entry.message,
        finished_at = clock_timestamp()
    where v.request_id = finish_refresh.request_id and v.view_name = entry.view_name;

    update analytics.refresh_requests as r
    set finished_at = clock_timestamp()
    where r.id = finish_refresh.request_id
        and not exists (select from analytics.refresh_request_views as v where v.request_id = r.id and v.outcome is null);
$$;

revoke all on function freshet.finish_refresh(bigint, analytics.refresh_log) from public, anon, authenticated;

comment on function freshet.finish_refresh(bigint, analytics.refresh_log) is 'Writes what became of a view, and the end of the request with its last one.';
