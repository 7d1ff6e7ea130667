-- Object: freshet.awaits_source()
-- Why: two jobs work through the queue. A view that one of them refreshed while the other was still refreshing what the
--      view reads would have to be refreshed again.
create function freshet.awaits_source(request_id bigint, view_name text)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    -- Only earlier requests count, so the first request of the queue never waits and the queue cannot lock itself.
    select exists (
        select
        from analytics.refresh_requests as r
        join analytics.refresh_request_views as w on w.request_id = r.id and w.outcome is null
        join analytics.view_sources as s
            on s.view_name = awaits_source.view_name and s.source = to_regclass(format('analytics.%I', w.view_name))
        where r.finished_at is null and r.id < awaits_source.request_id
    );
$$;

revoke all on function freshet.awaits_source(bigint, text) from public, anon, authenticated;

comment on function freshet.awaits_source(bigint, text) is
    'True while an earlier request of the queue has still to refresh a view that this view reads.';
