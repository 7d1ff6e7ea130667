-- Object: freshet.finish_refresh()
-- Why: a request ends with the outcome of its last view.
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

comment on function freshet.finish_refresh(bigint, analytics.refresh_log) is
    'Writes the outcome of a view, and with the last view the end of the request.';
