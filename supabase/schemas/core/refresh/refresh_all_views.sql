-- Object: analytics.refresh_all_views()
-- Why: after an import or a restore everything has to be brought up to date at once, in one call. It is not a job: the
--      command of a job succeeds or fails as a whole, in one transaction, so pg_cron would not see which view failed.
--      Scheduled refreshes are one job for each view.
create function analytics.refresh_all_views()
returns table (
    view_name text,
    outcome text,
    duration_ms bigint,
    rows_after bigint,
    version bigint,
    sqlstate text,
    message text
)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set statement_timeout = '60s'
as $$
declare
    wanted text;
    entry analytics.refresh_log;
    is_canceled boolean := false;
begin
    for wanted in select o.view_name from freshet.refresh_order() as o loop
        -- A canceled or timed-out call does not go on to the next view. Finished views stay refreshed.
        if is_canceled then
            return query select
                wanted, 'not_tried'::text, 0::bigint, null::bigint, null::bigint, null::text,
                'the call was canceled before the turn of this view'::text;
            continue;
        end if;
        entry := freshet.attempt_refresh(wanted);
        is_canceled := entry.sqlstate is not distinct from '57014';
        return query select
            entry.view_name,
            entry.outcome,
            round(extract(epoch from entry.finished_at - entry.started_at) * 1000)::bigint,
            entry.rows_after,
            entry.version,
            entry.sqlstate,
            entry.message;
    end loop;
end
$$;

revoke all on function analytics.refresh_all_views() from public, anon, authenticated;

grant execute on function analytics.refresh_all_views() to service_role;

comment on function analytics.refresh_all_views() is
    'Refreshes every registered view, sources before the views that read them, and returns a row for each: outcome refreshed, skipped_clean, skipped_busy, failed or not_tried. If a view fails, only its own work is rolled back. Idempotent. Service role only; admins have analytics.manual_refresh(). A call over the data API ends after 60 seconds: analytics.request_refresh(pack => …) has each view''s own limit.';
